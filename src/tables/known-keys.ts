import type { ColumnType, RecordShape } from '../model.js';

/**
 * Arrays that describe the request, not the result: they stay scalars of the manifest.
 * `sources`: realtime_recommendation (ges_03_0090); `targets`: paths of vertex sets (ges_03_0528), whose other
 * page calls them `source` and `target` (ges_03_0208); `pattern_graph`: subgraph_matching (ges_03_0233).
 */
export const SCALAR_LISTS: ReadonlySet<string> = new Set([
  'sources',
  'targets',
  'source',
  'target',
  'pattern_graph',
]);

/** Lists that are one record as a whole: the path of shortest_path and its kin (ges_03_0143, 0145, 0179). */
export const ONE_PATH_LISTS: ReadonlySet<string> = new Set(['path']);

/**
 * The value type that the algorithm pages document. It matters where a sample could mislead: a score list that
 * happens to begin with whole numbers is still a list of doubles.
 */
export const DOCUMENTED_VALUE_TYPES: Readonly<Record<string, ColumnType>> = {
  pagerank: 'double',
  personalrank: 'double',
  topicrank: 'double',
  coreness: 'int64',
  distance: 'double',
  score: 'double',
  community: 'string',
  embedding: 'list<double>',
  communities: 'list<int64>',
  vertex_triangles: 'int64',
  triangle_count: 'int64',
  betweenness: 'double',
  edge_betweenness: 'double',
  closeness: 'double',
  link_prediction: 'double',
  degree_correlation: 'double',
  cluster_coefficient: 'double',
  modularity: 'double',
  runtime: 'double',
};

/** The shape to assume for a list that came empty. */
export const DOCUMENTED_SHAPES: ReadonlyMap<string, RecordShape> = new Map(
  Object.entries<RecordShape>({
    ...Object.fromEntries(Object.keys(DOCUMENTED_VALUE_TYPES).map((key) => [key, 'keyed'] as const)),
    vertices: 'element',
    edges: 'element',
    paths: 'path',
    circles: 'path',
    subgraphs: 'path',
    batch_paths: 'path-group',
    temporal_bfs: 'keyed-object',
    edge_betweenness: 'object',
  }),
);

/** The members of the records of a list that came empty (ges_03_0381, ges_03_0182). */
export const DOCUMENTED_MEMBERS: Readonly<Record<string, Readonly<Record<string, ColumnType>>>> = {
  temporal_bfs: { arrive: 'int64', dist: 'int64', predecessor: 'string' },
  edge_betweenness: { source: 'string', target: 'string', index: 'string', betweenness: 'double' },
};

/**
 * The algorithms that answer with one value and no list (ges_03_0076): by them an answer is known to be a result
 * also where it stands outside `data`.
 */
export const ONE_VALUE_RESULTS: ReadonlySet<string> = new Set([
  'closeness',
  'link_prediction',
  'degree_correlation',
  'triangle_count',
  'cluster_coefficient',
]);

/**
 * Members that a row without any list is named after, whatever their order: the result of a one-value algorithm,
 * what is left of a list that only its number was asked for (`statistics`), the summary of a graph (ges_03_0465).
 */
export const SCALAR_ROW_NAMES: readonly string[] = [
  ...ONE_VALUE_RESULTS,
  'k_hop_neighbors',
  'common_neighbors',
  'paths_number',
  'circle_number',
  'subgraph_number',
  'vertexNum',
];

/** Never rows, never scalars: paging (ges_03_0037, table 3), and what an answer says of the job itself. */
export const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'data_return_size',
  'data_offset',
  'data_total_size',
]);
export const JOB_FIELDS: ReadonlySet<string> = new Set([
  'data',
  'status',
  'result',
  'errorCode',
  'errorMessage',
  'jobId',
  'job_id',
  'jobType',
  'progress',
]);

/** Whether the pages document the list as one of maps, `[{vertexId: value}, …]` (ges_03_0076). */
export function isKeyedList(name: string): boolean {
  const shape = DOCUMENTED_SHAPES.get(name);
  return (shape === 'keyed' || shape === 'keyed-object') && !ONE_VALUE_RESULTS.has(name);
}
