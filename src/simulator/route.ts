import querystring from 'node:querystring';
import type { RequestKind } from './fault-plan.js';

/** What a request's method and URL ask for. Empty texts where the path has no such part. */
export interface Route {
  readonly kind: RequestKind;
  readonly projectId: string;
  readonly graph: string;
  readonly jobId: string;
  /** `vertices` or `edges`; empty for a query of the graph. */
  readonly elements: string;
  /** `action_id`; empty for calls that have none. */
  readonly action: string;
  /** Which form of HyG's paths it has; null for a call of the graph itself. */
  readonly hyg: 'standard' | 'regional' | null;
  readonly query: URLSearchParams;
}

const BASE = '/ges/v1.0/(?<projectId>[^/]+)/graphs/(?<graph>[^/]+)';
const MANAGED = '(?<projectId>[^/]+)/graphs';
const MANAGED_JOB = `${MANAGED}/(?<graph>[^/]+)/jobs/(?<jobId>[^/]+)/status`;
const HYG_BASE = '/ges/v1.0/(?<projectId>[^/]+)/(?<hyg>hyg)/(?<graph>[^/]+)';

/**
 * Method, path and `action_id` of every endpoint; pages ges_03_0037, 0204, 0038, 0027, 0028, 0030, 0380, 0023, 0024,
 * 0175, 0331, 0336, 0474, 0567; HyG ges_03_0444 (in two forms) and 0533; management plane ges_03_0061, 0373 and 0102; the last one of BMS and SDRS, "Querying Job Status".
 */
const ENDPOINTS: readonly (readonly [
  kind: RequestKind,
  method: string,
  path: RegExp,
  actionId: string | null,
])[] = [
  ['token', 'POST', /^\/v3\/auth\/tokens$/, null],
  ['list', 'GET', new RegExp(`^${BASE}/jobs/status$`), null],
  ['status', 'GET', new RegExp(`^${BASE}/jobs/(?<jobId>[^/]+)/status$`), null],
  ['cancel', 'DELETE', new RegExp(`^${BASE}/jobs/(?<jobId>[^/]+)$`), null],
  ['schema', 'GET', new RegExp(`^${BASE}/schema$`), null],
  ['summary', 'GET', new RegExp(`^${BASE}/summary$`), null],
  ['submit', 'POST', new RegExp(`^${BASE}/action$`), 'execute-algorithm'],
  ['submit', 'POST', new RegExp(`^${BASE}/dynamicgraphs/action$`), 'execute-analysis'],
  ['submit', 'POST', new RegExp(`^${HYG_BASE}/algorithm$`), null],
  ['submit', 'POST', new RegExp(`^${BASE}/(?<regional>hyg)/algorithm$`), null],
  ['cancel', 'DELETE', new RegExp(`^${HYG_BASE}/jobs/(?<jobId>[^/]+)$`), null],
  ['cancel-queued', 'DELETE', new RegExp(`^${HYG_BASE}/jobs$`), null],
  ['query', 'POST', new RegExp(`^${BASE}/(?<elements>vertices|edges)/action$`), 'query'],
  ['query', 'POST', new RegExp(`^${BASE}/action$`), 'filtered-query'],
  ['query', 'POST', new RegExp(`^${BASE}/action$`), 'path-query'],
  ['query', 'POST', new RegExp(`^${BASE}/action$`), 'execute-cypher-query'],
  ['query', 'POST', new RegExp(`^${BASE}/action$`), 'execute-gql-query'],
  ['management-v1', 'GET', new RegExp(`^/v1\\.0/${MANAGED_JOB}$`), null],
  ['management-v1', 'GET', new RegExp(`^/v1\\.0/${MANAGED}/jobs$`), null],
  ['management-v2', 'GET', new RegExp(`^/v2/${MANAGED_JOB}$`), null],
  ['management-v2', 'GET', new RegExp(`^/v2/${MANAGED}/jobs$`), null],
  ['cloud-job', 'GET', /^\/v1\/(?<projectId>[^/]+)\/jobs\/(?<jobId>[^/]+)$/, null],
];

/** Null when the simulator serves no such thing. */
export function findRoute(method: string, target: string): Route | null {
  if (!URL.canParse(target, 'http://localhost')) return null;
  const url = new URL(target, 'http://localhost');
  for (const [kind, verb, path, actionId] of ENDPOINTS) {
    const match = path.exec(url.pathname);
    if (match === null || method !== verb) continue;
    if (actionId !== null && url.searchParams.get('action_id') !== actionId) continue;
    const part = (name: string) => querystring.unescape(match.groups?.[name] ?? '');
    return {
      kind,
      projectId: part('projectId'),
      graph: part('graph'),
      jobId: part('jobId'),
      elements: part('elements'),
      action: actionId ?? '',
      hyg: part('hyg') !== '' ? 'standard' : part('regional') !== '' ? 'regional' : null,
      query: url.searchParams,
    };
  }
  return null;
}
