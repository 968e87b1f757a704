import type { RecordShape, ScalarType } from '../model.js';

/**
 * Arrays that describe the request, not the result: they stay scalars of the manifest.
 * `sources`: realtime_recommendation (ges_03_0090); `targets`: paths of vertex sets (ges_03_0528);
 * `pattern_graph`: subgraph_matching (ges_03_0233).
 */
export const SCALAR_LISTS: ReadonlySet<string> = new Set(['sources', 'targets', 'pattern_graph']);

/** Lists that are one record as a whole: the path of shortest_path and its kin (ges_03_0143, 0145, 0179). */
export const ONE_PATH_LISTS: ReadonlySet<string> = new Set(['path']);

/**
 * The value type that the algorithm pages document. It matters where a sample could mislead: a score list that
 * happens to begin with whole numbers is still a list of doubles.
 */
export const DOCUMENTED_VALUE_TYPES: Readonly<Record<string, ScalarType>> = {
  pagerank: 'double',
  personalrank: 'double',
  topicrank: 'double',
  coreness: 'int64',
  distance: 'double',
  score: 'double',
  community: 'string',
  vertex_triangles: 'int64',
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
    vertices: 'element',
    edges: 'element',
    paths: 'path',
    circles: 'path',
    subgraphs: 'path',
    batch_paths: 'path-group',
    ...Object.fromEntries(Object.keys(DOCUMENTED_VALUE_TYPES).map((key) => [key, 'keyed'] as const)),
  }),
);

/** Paging fields and errors: never rows, never scalars (ges_03_0037, table 3). */
export const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'data_return_size',
  'data_offset',
  'data_total_size',
]);
