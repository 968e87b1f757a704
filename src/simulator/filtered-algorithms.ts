import type { DirectedGraph } from 'graphology';
import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters, checkVertex } from './algorithm-parameters.js';
import { type Run, vertexSet } from './algorithm-run.js';
import { FilterError, type Fits, readFilter } from './element-filter.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { allShortestPaths, nPaths } from './paths.js';
import { listOf } from './record-list.js';
import { elementsOf } from './traversal.js';

const pair = { source: z.string(), target: z.string() };
/** Without a direction unless asked for, unlike the algorithms without filters (ges_03_0179). */
const directed = z.boolean().default(false);

/** Page ges_03_0179; an empty path when the target cannot be reached. */
const runShortestPath: Run = (graph, parameters, runtime, request) => {
  const name = 'filtered_shortest_path';
  const options = checkParameters(name, z.strictObject({ ...pair, directed }), parameters);
  const [path = []] = shortestPaths(name, graph, request, options);
  return { kind: 'unpaged', scalars: { path, runtime, source: options.source, target: options.target } };
};

/** Named in ges_05_0106 only; in the form of all_shortest_paths. */
const runAllShortestPaths: Run = (graph, parameters, runtime, request) => {
  const name = 'filtered_all_shortest_paths';
  const options = checkParameters(name, z.strictObject({ ...pair, directed }), parameters);
  const paths = shortestPaths(name, graph, request, options);
  const { source, target } = options;
  return pagedResult('paths', listOf(paths), {
    after: { paths_number: paths.length, source, target, runtime },
  });
};

/** Page ges_03_0528: as all_pairs_shortest_paths; its example has no total. */
const runAllPairs: Run = (graph, parameters, runtime, request) => {
  const name = 'filtered_all_pairs_shortest_paths';
  const options = checkParameters(
    name,
    z.strictObject({ sources: z.string(), targets: z.string(), directed }),
    parameters,
  );
  const targets = vertexSet(name, graph, 'targets', options.targets);
  const groups = vertexSet(name, graph, 'sources', options.sources).flatMap((source) =>
    targets.map((target) => {
      const ends = { source, target, directed: options.directed };
      return { source, target, paths: shortestPaths(name, graph, request, ends) };
    }),
  );
  const pathsNumber = groups.reduce((sum, { paths }) => sum + paths.length, 0);
  const scalars = { before: { paths_number: pathsNumber }, after: { runtime } };
  return { ...pagedResult('batch_paths', listOf(groups), scalars), hasTotal: false };
};

/** Page ges_03_0239: at most `n` simple paths of at most `k` edges, in depth-first order. */
const runNPaths: Run = (graph, parameters, runtime, request) => {
  const name = 'filtered_n_paths';
  const options = checkParameters(
    name,
    z.strictObject({
      ...pair,
      directed,
      n: z.number().int().min(1).max(100),
      k: z.number().int().min(1).max(10),
    }),
    parameters,
  );
  const { source, target, n, k } = options;
  const paths = nPaths(filteredGraph(name, graph, request, options), source, target, n, k);
  return pagedResult('paths', listOf(paths), {
    before: { path_length: k, paths_number: paths.length, source, target },
    after: { runtime },
  });
};

interface Ends {
  readonly source: string;
  readonly target: string;
  readonly directed: boolean;
}

function shortestPaths(
  algorithm: string,
  graph: AirportsGraph,
  request: Readonly<Record<string, unknown>>,
  ends: Ends,
): string[][] {
  return allShortestPaths(filteredGraph(algorithm, graph, request, ends), ends.source, ends.target);
}

/** The edges and vertices that pass `edge_filter` and `vertex_filter`; both ends stay, whatever the filter says of them. */
function filteredGraph(
  algorithm: string,
  graph: AirportsGraph,
  request: Readonly<Record<string, unknown>>,
  { source, target, directed: isDirected }: Ends,
): DirectedGraph {
  checkVertex(algorithm, graph, 'source', source);
  checkVertex(algorithm, graph, 'target', target);
  const fitsVertex = algorithmFilter(algorithm, 'vertex_filter', request['vertex_filter']);
  const fitsEdge = algorithmFilter(algorithm, 'edge_filter', request['edge_filter']);
  const { vertices, edges } = elementsOf(graph);
  const kept = graph.directed.nullCopy() as DirectedGraph;
  for (const vertex of vertices.values())
    if (vertex.id === source || vertex.id === target || fitsVertex(vertex)) kept.addNode(vertex.id);
  for (const edge of edges) {
    if (!kept.hasNode(edge.source) || !kept.hasNode(edge.target) || !fitsEdge(edge)) continue;
    kept.mergeEdge(edge.source, edge.target);
    if (!isDirected) kept.mergeEdge(edge.target, edge.source);
  }
  return kept;
}

/** A filter of a request; one that cannot be applied fails the job. */
export function algorithmFilter(algorithm: string, member: string, filter: unknown): Fits {
  try {
    return readFilter(filter);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw algorithmFailure(algorithm, `parameter [${member}] is invalid, ${error.message}`);
  }
}

export const FILTERED_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['filtered_shortest_path', runShortestPath],
  ['filtered_all_shortest_paths', runAllShortestPaths],
  ['filtered_all_pairs_shortest_paths', runAllPairs],
  ['filtered_n_paths', runNPaths],
]);
