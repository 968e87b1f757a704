import type { Edition } from '../model.js';

/** What tells the paths of one graph's calls apart. */
export interface GraphAddress {
  readonly projectId: string;
  readonly graph: string;
  readonly edition: Edition;
  /**
   * The path of HyG calls below `/ges/v1.0/{project_id}/`: `hyg/{graph}` (ges_03_0444), in the Abu Dhabi region
   * `graphs/{graph}/hyg` (ges_03_0444 and 0450 of that region) for a submit; a cancel stands under `hyg/{graph}` there
   * too (ges_03_0533 of that region, URI).
   */
  readonly hygBase: string;
}

/** `/ges/v1.0/{project_id}/graphs/{graph_name}`, under which all calls but those of HyG stand (ges_03_0121). */
export function graphPath({ projectId, graph }: Pick<GraphAddress, 'projectId' | 'graph'>): string {
  return `/ges/v1.0/${encodeURIComponent(projectId)}/graphs/${encodeURIComponent(graph)}`;
}

/** The same for HyG. */
function hygPath({ projectId, graph, hygBase }: GraphAddress): string {
  const base = hygBase.replace(/^\/+|\/+$/g, '').replaceAll('{graph}', encodeURIComponent(graph));
  return `/ges/v1.0/${encodeURIComponent(projectId)}/${base}`;
}

/** Algorithms of dynamic graphs, which have a call of their own (ges_03_0380, 0381, 0383). */
const DYNAMIC_ALGORITHMS: ReadonlySet<string> = new Set(['temporal_bfs', 'temporal_graph', 'temporal_paths']);

/**
 * Where an algorithm is submitted: `…/action?action_id=execute-algorithm` (ges_03_0030) for the memory and the
 * database edition, `…/algorithm` for HyG (ges_03_0444),
 * `…/dynamicgraphs/action?action_id=execute-analysis` (ges_03_0380) for dynamic graphs.
 */
export function algorithmPath(address: GraphAddress, algorithm: string): string {
  if (address.edition === 'hyg') return `${hygPath(address)}/algorithm`;
  const call = DYNAMIC_ALGORITHMS.has(algorithm)
    ? 'dynamicgraphs/action?action_id=execute-analysis'
    : 'action?action_id=execute-algorithm';
  return `${graphPath(address)}/${call}`;
}

/**
 * What can be submitted besides algorithms, by the name that the command gives it:
 * vertex query ges_03_0023, edge query ges_03_0024, Filtered-query ges_03_0175, its second version ges_03_0331,
 * Cypher ges_03_0336 and 0474, GQL ges_03_0567.
 */
const QUERIES = {
  'vertex-query': 'vertices/action?action_id=query',
  'edge-query': 'edges/action?action_id=query',
  'filtered-query': 'action?action_id=filtered-query',
  'path-query': 'action?action_id=path-query',
  'cypher-query': 'action?action_id=execute-cypher-query',
  'gql-query': 'action?action_id=execute-gql-query',
} as const;
export type QueryName = keyof typeof QUERIES;

export function isQueryName(name: string): name is QueryName {
  return Object.hasOwn(QUERIES, name);
}

export function queryPath(address: GraphAddress, query: QueryName): string {
  return `${graphPath(address)}/${QUERIES[query]}`;
}

/** One job: `DELETE …/jobs/{job_id}`, ges_03_0038, and ges_03_0533 for HyG. */
export function jobPath(address: GraphAddress, jobId: string): string {
  const base = address.edition === 'hyg' ? hygPath(address) : graphPath(address);
  return `${base}/jobs/${encodeURIComponent(jobId)}`;
}

/** Every queued HyG job: `DELETE …/jobs` (ges_03_0533). */
export function queuedJobsPath(address: GraphAddress): string {
  return `${hygPath(address)}/jobs`;
}

/** A job of BMS or SDRS: `GET /v1/{project_id}/jobs/{job_id}` (BMS and SDRS, page "Querying Job Status"). */
export function cloudJobPath(projectId: string, jobId: string): string {
  return `/v1/${encodeURIComponent(projectId)}/jobs/${encodeURIComponent(jobId)}`;
}
