import { connectedComponents } from 'graphology-components';
import { bidirectional as cheapestPath } from 'graphology-shortest-path/dijkstra.js';
import { bidirectional, singleSourceLength } from 'graphology-shortest-path/unweighted.js';
import { bfsFromNode } from 'graphology-traversal/bfs.js';
import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import {
  checkParameters,
  checkVertex,
  directed,
  iterations,
  ratio,
  threads,
  weight,
} from './algorithm-parameters.js';
import { keyed, type Run, weightOf } from './algorithm-run.js';
import { runCircleDetection } from './circle-detection.js';
import { FILTERED_ALGORITHMS } from './filtered-algorithms.js';
import { algorithmFailure } from './ges-failure.js';
import { betweennessCentrality, louvain } from './graphology-defaults.js';
import { type JobResult, pagedResult } from './job-result.js';
import { LEARNED_ALGORITHMS } from './learned-algorithms.js';
import { pagerank } from './pagerank.js';
import { PAIR_ALGORITHMS } from './pair-algorithms.js';
import { allShortestPaths, nPaths } from './paths.js';
import { createRandom } from './random.js';
import { runRecommendation } from './recommendation.js';
import { listOf } from './record-list.js';
import { SCORE_ALGORITHMS } from './score-algorithms.js';
import { runSubgraphMatching } from './subgraph-matching.js';
import { TEMPORAL_ALGORITHMS } from './temporal-algorithms.js';
import { runTopicrank } from './topicrank.js';
import { VALUE_ALGORITHMS } from './value-algorithms.js';

/** Page ges_03_0077. */
const runPagerank: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'pagerank',
    z.strictObject({
      alpha: ratio.default(0.85),
      convergence: ratio.optional(),
      max_iterations: iterations.default(1000),
      num_thread: threads,
      directed,
    }),
    parameters,
  );
  const read = options.directed ? graph.directed : graph.undirected;
  const ranks = pagerank(read, {
    alpha: options.alpha,
    // The page's default is 0.00001. Left out, the stop rule is the one of NetworkX and graphology (a mean change
    // below 1e-6 a vertex), so that the figures can be held against theirs digit by digit.
    convergence: options.convergence ?? read.order * 1e-6,
    maxIterations: options.max_iterations,
  });
  return pagedResult('pagerank', keyed([...ranks].sort(([, a], [, b]) => b - a)), { after: { runtime } });
};

/** Page ges_03_0174. Convergence and iteration limit are checked; the method here always runs to its end. */
const runLouvain: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'louvain',
    z.strictObject({
      convergence: ratio.optional(),
      max_iterations: iterations.optional(),
      num_thread: threads,
      weight,
    }),
    parameters,
  );
  const found = louvain.detailed(graph.directed, {
    getEdgeWeight: weightOf('louvain', options.weight),
    rng: createRandom(1),
  });
  const rows = Object.entries(found.communities).map(([id, community]) => [id, String(community)] as const);
  return pagedResult('community', keyed(rows), {
    before: { modularity: found.modularity, community_num: found.count },
    after: { runtime },
  });
};

/** Page ges_03_0093; components without regard to direction, named after their first vertex. */
const runConnectedComponent: Run = (graph, parameters, runtime) => {
  checkParameters('connected_component', z.strictObject({ num_thread: threads }), parameters);
  const components = connectedComponents(graph.directed).sort((a, b) => b.length - a.length);
  const names = new Map(components.flatMap((ids) => ids.map((id) => [id, ids[0] ?? ''] as const)));
  const rows = graph.directed.nodes().map((id) => [id, names.get(id) ?? ''] as const);
  return pagedResult('community', keyed(rows), {
    before: { Max_WCC_size: components[0]?.length ?? 0, Max_WCC_id: components[0]?.[0] ?? '' },
    after: { runtime },
  });
};

/** Page ges_03_0181, exact. Sampling by `seeds` or `k` is not offered and fails the job. */
const runBetweenness: Run = (graph, parameters, runtime) => {
  const options = checkParameters('betweenness', z.strictObject({ directed, weight }), parameters);
  const scores = betweennessCentrality(options.directed ? graph.directed : graph.undirected, {
    getEdgeWeight: weightOf('betweenness', options.weight),
    normalized: false,
  });
  return pagedResult('betweenness', keyed(Object.entries(scores)), { after: { runtime } });
};

/** Page ges_03_0085: the reciprocal of the sum of the distances to every vertex that can be reached. */
const runCloseness: Run = (graph, parameters, runtime) => {
  const { source } = checkParameters('closeness', z.strictObject({ source: z.string() }), parameters);
  checkVertex('closeness', graph, 'source', source);
  const sum = Object.values(singleSourceLength(graph.directed, source)).reduce(
    (total, hops) => total + hops,
    0,
  );
  return { kind: 'unpaged', scalars: { closeness: sum === 0 ? 0 : 1 / sum, source, runtime } };
};

const ends = { source: z.string(), target: z.string(), directed };

/** Page ges_03_0143; an empty path when the target cannot be reached. */
const runShortestPath: Run = (graph, parameters, runtime) => {
  const options = checkParameters('shortest_path', z.strictObject({ ...ends, weight }), parameters);
  const { source, target } = options;
  checkVertex('shortest_path', graph, 'source', source);
  checkVertex('shortest_path', graph, 'target', target);
  const read = options.directed ? graph.directed : graph.undirected;
  const property = weightOf('shortest_path', options.weight);
  const path =
    property === null ? bidirectional(read, source, target) : cheapestPath(read, source, target, property);
  return { kind: 'unpaged', scalars: { path: path ?? [], source, target, runtime } };
};

/** Page ges_03_0080; with `statistics` only the number. */
const runKHop: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'k_hop',
    z.strictObject({
      k: z.number().int().min(1).max(100),
      source: z.string(),
      mode: z.enum(['OUT', 'IN', 'ALL']).default('OUT'),
      statistics: z.boolean().default(false),
      num_thread: threads,
    }),
    parameters,
  );
  const { source, k } = options;
  checkVertex('k_hop', graph, 'source', source);
  const vertices: string[] = [];
  bfsFromNode(
    options.mode === 'ALL' ? graph.undirected : graph.directed,
    source,
    (id, _attributes, depth) => {
      if (id !== source) vertices.push(id);
      return depth === k;
    },
    { mode: options.mode === 'IN' ? 'inbound' : 'outbound' },
  );
  const scalars = { source, k, k_hop_neighbors: vertices.length, runtime };
  if (options.statistics) return { kind: 'unpaged', scalars };
  return pagedResult('vertices', listOf(vertices), { after: scalars });
};

/** Page ges_03_0082. */
const runAllShortestPaths: Run = (graph, parameters, runtime) => {
  const options = checkParameters('all_shortest_paths', z.strictObject(ends), parameters);
  const { source, target } = options;
  checkVertex('all_shortest_paths', graph, 'source', source);
  checkVertex('all_shortest_paths', graph, 'target', target);
  const paths = allShortestPaths(options.directed ? graph.directed : graph.undirected, source, target);
  return pagedResult('paths', listOf(paths), {
    after: { paths_number: paths.length, source, target, runtime },
  });
};

/** Page ges_03_0083: at most `n` paths of at most `k` hops. */
const runNPaths: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'n_paths',
    z.strictObject({ ...ends, n: z.number().int().min(1).max(100), k: z.number().int().min(1).max(10) }),
    parameters,
  );
  const { source, target, n, k } = options;
  checkVertex('n_paths', graph, 'source', source);
  checkVertex('n_paths', graph, 'target', target);
  const paths = nPaths(options.directed ? graph.directed : graph.undirected, source, target, n, k);
  return pagedResult('paths', listOf(paths), {
    after: { paths_number: paths.length, source, target, runtime },
  });
};

const ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['pagerank', runPagerank],
  ['louvain', runLouvain],
  ['connected_component', runConnectedComponent],
  ['betweenness', runBetweenness],
  ['closeness', runCloseness],
  ['shortest_path', runShortestPath],
  ['k_hop', runKHop],
  ['all_shortest_paths', runAllShortestPaths],
  ['n_paths', runNPaths],
  ...SCORE_ALGORITHMS,
  ...VALUE_ALGORITHMS,
  ...PAIR_ALGORITHMS,
  ...FILTERED_ALGORITHMS,
  ...TEMPORAL_ALGORITHMS,
  ...LEARNED_ALGORITHMS,
  ['filtered_circle_detection', runCircleDetection],
  ['realtime_recommendation', runRecommendation],
  ['subgraph_matching', runSubgraphMatching],
  ['topicrank', runTopicrank],
]);

/**
 * Runs an algorithm on the graph. `runtime` is what the result states, in seconds; `request` holds what stands beside
 * the parameters.
 *
 * @throws GesFailure GES.8301 for an unknown name or a wrong parameter: the answer of the failed job
 */
export function runAlgorithm(
  name: string,
  graph: AirportsGraph,
  parameters: unknown,
  runtime: number,
  request: Readonly<Record<string, unknown>> = {},
): JobResult {
  const run = ALGORITHMS.get(name);
  if (run === undefined) throw algorithmFailure(name, 'Unknown algorithm name');
  return run(graph, parameters, runtime, request);
}
