import { singleSource } from 'graphology-shortest-path/dijkstra.js';
import { singleSourceLength } from 'graphology-shortest-path/unweighted.js';
import { z } from 'zod';
import {
  checkParameters,
  checkVertex,
  directed,
  iterations,
  ratio,
  threads,
  weight,
} from './algorithm-parameters.js';
import { keyed, type Run, readingOf, weightOf } from './algorithm-run.js';
import { algorithmFailure } from './ges-failure.js';
import { coreNumbers, spreadLabels } from './graph-measures.js';
import { edgeBetweennessCentrality } from './graphology-defaults.js';
import { pagedResult } from './job-result.js';
import { pagerank } from './pagerank.js';
import { allShortestPaths } from './paths.js';
import { listOf } from './record-list.js';

/** Page ges_03_0079; only vertices with a coreness of at least `k`. */
const runKcore: Run = (graph, parameters, runtime) => {
  const { k } = checkParameters(
    'kcore',
    z.strictObject({ k: z.number().int().min(0).default(0), num_thread: threads }),
    parameters,
  );
  const rows = [...coreNumbers(graph.undirected)].filter(([, coreness]) => coreness >= k);
  return pagedResult('coreness', keyed(rows), { after: { runtime } });
};

/** Page ges_03_0078: pagerank that begins again at `source`. */
const runPersonalrank: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'personalrank',
    z.strictObject({
      source: z.string(),
      alpha: ratio.default(0.85),
      convergence: ratio.optional(),
      max_iterations: iterations.default(1000),
      num_thread: threads,
      directed,
    }),
    parameters,
  );
  const { source } = options;
  checkVertex('personalrank', graph, 'source', source);
  const read = readingOf(graph, options.directed);
  const ranks = pagerank(read, {
    alpha: options.alpha,
    convergence: options.convergence ?? read.order * 1e-6,
    maxIterations: options.max_iterations,
    restartWeight: (id) => (id === source ? 1 : 0),
  });
  const rows = [...ranks].sort(([, a], [, b]) => b - a);
  return pagedResult('personalrank', keyed(rows), { before: { source }, after: { runtime } });
};

/** Page ges_03_0092: distances to every vertex that can be reached. */
const runSssp: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'sssp',
    z.strictObject({ source: z.string(), directed, weight }),
    parameters,
  );
  const { source } = options;
  checkVertex('sssp', graph, 'source', source);
  const read = readingOf(graph, options.directed);
  const property = weightOf('sssp', options.weight);
  const rows =
    property === null
      ? Object.entries(singleSourceLength(read, source))
      : Object.entries(singleSource(read, source, property)).map(
          ([id, path]) => [id, lengthOf(path as readonly string[])] as const,
        );
  return pagedResult('distance', keyed(rows), { before: { source }, after: { runtime } });

  function lengthOf(path: readonly string[]): number {
    return path
      .slice(1)
      .reduce((sum, id, index) => sum + Number(read.getEdgeAttribute(path[index], id, 'count')), 0);
  }
};

/** Page ges_03_0150. Convergence is checked; the method here runs until nothing changes. */
const runLabelPropagation: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'label_propagation',
    z.strictObject({
      convergence: ratio.optional(),
      max_iterations: iterations.default(1000),
      num_thread: threads,
    }),
    parameters,
  );
  const labels = spreadLabels(graph.undirected, options.max_iterations);
  return pagedResult('community', keyed([...labels]), { after: { runtime } });
};

/** Page ges_03_0182, exact. Sampling by `seeds` or `k` is not offered and fails the job. */
const runEdgeBetweenness: Run = (graph, parameters, runtime) => {
  const options = checkParameters('edge_betweenness', z.strictObject({ directed, weight }), parameters);
  const read = readingOf(graph, options.directed);
  const scores = edgeBetweennessCentrality(read, {
    getEdgeWeight: weightOf('edge_betweenness', options.weight),
    normalized: false,
  });
  const rows = read.mapEdges((edge, _attributes, source, target) => ({
    source,
    target,
    index: '0',
    betweenness: scores[edge] ?? 0,
  }));
  return pagedResult('edge_betweenness', listOf(rows), { after: { runtime } });
};

/**
 * Page ges_03_0183: for each pair of origin and destination, the share of the shortest paths that an edge lies on.
 * `OD_pairs` is written `a,b;c,d`.
 */
const runOdBetweenness: Run = (graph, parameters, runtime) => {
  const options = checkParameters(
    'od_betweenness',
    z.strictObject({ OD_pairs: z.string(), directed }),
    parameters,
  );
  const read = readingOf(graph, options.directed);
  const scores = new Map<string, number>();
  for (const pair of options.OD_pairs.split(';')) {
    const [origin = '', destination = '', ...rest] = pair.split(',').map((id) => id.trim());
    if (rest.length > 0 || !read.hasNode(origin) || !read.hasNode(destination))
      throw algorithmFailure('od_betweenness', 'parameter [OD_pairs] is invalid');
    const paths = allShortestPaths(read, origin, destination);
    for (const path of paths) {
      path.slice(1).forEach((id, index) => {
        const edge = read.edge(path[index], id) ?? '';
        scores.set(edge, (scores.get(edge) ?? 0) + 1 / paths.length);
      });
    }
  }
  const rows = read.mapEdges((edge, _attributes, source, target) => ({
    source,
    target,
    index: '0',
    betweenness: scores.get(edge) ?? 0,
  }));
  return pagedResult('betweenness', listOf(rows), { after: { runtime } });
};

export const SCORE_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['kcore', runKcore],
  ['personalrank', runPersonalrank],
  ['sssp', runSssp],
  ['label_propagation', runLabelPropagation],
  ['edge_betweenness', runEdgeBetweenness],
  ['od_betweenness', runOdBetweenness],
]);
