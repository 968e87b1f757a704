import querystring from 'node:querystring';
import type { RequestKind } from './fault-plan.js';

/** What a request's method and URL ask for. Empty texts where the path has no such part. */
export interface Route {
  readonly kind: RequestKind;
  readonly projectId: string;
  readonly graph: string;
  readonly jobId: string;
  /** `vertices` or `edges` for a query. */
  readonly elements: string;
  readonly query: URLSearchParams;
}

const BASE = '/ges/v1.0/(?<projectId>[^/]+)/graphs/(?<graph>[^/]+)';

/** Method, path and `action_id` of every endpoint; pages ges_03_0037, 0204, 0038, 0027, 0028, 0030, 0023, 0024. */
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
  ['query', 'POST', new RegExp(`^${BASE}/(?<elements>vertices|edges)/action$`), 'query'],
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
      query: url.searchParams,
    };
  }
  return null;
}
