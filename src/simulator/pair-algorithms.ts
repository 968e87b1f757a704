import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters, checkVertex, directed } from './algorithm-parameters.js';
import { type Run, readingOf, vertexSet } from './algorithm-run.js';
import { pagedResult } from './job-result.js';
import { allShortestPaths, circlesThrough } from './paths.js';
import { listOf } from './record-list.js';

const pair = { source: z.string(), target: z.string() };

/** Page ges_03_0091: the vertices that are next to both, whatever the direction. */
const runCommonNeighbors: Run = (graph, parameters, runtime) => {
  const { source, target } = checkPair('common_neighbors', graph, parameters);
  const near = new Set(graph.undirected.neighbors(source));
  const vertices = graph.undirected.neighbors(target).filter((id) => near.has(id));
  return pagedResult('vertices', listOf(vertices), {
    before: { common_neighbors: vertices.length, source, target },
    after: { runtime },
  });
};

/** Page ges_03_0207: the vertices next to one of `sources` and to one of `targets`, but for these themselves. */
const runCommonNeighborsOfSets: Run = (graph, parameters, runtime) => {
  const [sources, targets] = checkSets('common_neighbors_of_vertex_sets', graph, parameters);
  const near = (ids: readonly string[]) => new Set(ids.flatMap((id) => graph.undirected.neighbors(id)));
  const [left, right] = [near(sources), near(targets)];
  const given = new Set([...sources, ...targets]);
  const vertices = graph.undirected.filterNodes((id) => left.has(id) && right.has(id) && !given.has(id));
  return pagedResult('vertices', listOf(vertices), {
    before: { common_neighbors: vertices.length },
    after: { runtime },
  });
};

/** Page ges_03_0088: Jaccard's measure of the neighbours of both vertices. */
const runLinkPrediction: Run = (graph, parameters, runtime) => {
  const { source, target } = checkPair('link_prediction', graph, parameters);
  const [left, right] = [source, target].map((id) => new Set(graph.undirected.neighbors(id)));
  const shared = [...(left ?? [])].filter((id) => right?.has(id) === true).length;
  const all = new Set([...(left ?? []), ...(right ?? [])]).size;
  return {
    kind: 'unpaged',
    scalars: { source, target, link_prediction: all === 0 ? 0 : shared / all, runtime },
  };
};

/** Page ges_03_0234: every shortest path of every pair, one group of paths a pair. */
const runAllPairs: Run = (graph, parameters, runtime) => {
  const [sources, targets, read] = checkSets('all_pairs_shortest_paths', graph, parameters);
  const groups = sources.flatMap((source) =>
    targets.map((target) => ({ source, target, paths: allShortestPaths(read, source, target) })),
  );
  const pathsNumber = groups.reduce((sum, { paths }) => sum + paths.length, 0);
  return pagedResult('batch_paths', listOf(groups), {
    before: { paths_number: pathsNumber },
    after: { runtime },
  });
};

/** Page ges_03_0208: the paths between the two sets that no other is shorter than. */
const runAllShortestPathsOfSets: Run = (graph, parameters, runtime) => {
  const [sources, targets, read] = checkSets('all_shortest_paths_of_vertex_sets', graph, parameters);
  const paths = shortestBetween(read, sources, targets);
  return pagedResult('paths', listOf(paths), {
    after: { source: sources.join(','), target: targets.join(','), runtime },
  });
};

/** Page ges_03_0145: one of these; `source` and `target` are its ends. */
const runShortestPathOfSets: Run = (graph, parameters, runtime) => {
  const [sources, targets, read] = checkSets('shortest_path_of_vertex_sets', graph, parameters);
  const [path = []] = shortestBetween(read, sources, targets);
  return {
    kind: 'unpaged',
    scalars: { path, source: path[0] ?? '', target: path.at(-1) ?? '', runtime },
  };
};

/** Page ges_03_0186. */
const runSingleVertexCircles: Run = (graph, parameters, runtime) => {
  const name = 'single_vertex_circles_detection';
  const options = checkParameters(
    name,
    z.strictObject({
      source: z.string(),
      min_circle_length: z.number().int().min(3).max(15).default(3),
      max_circle_length: z.number().int().min(3).max(15).default(10),
      limit_circle_number: z.number().int().min(1).max(100_000).default(100),
    }),
    parameters,
  );
  const { source } = options;
  checkVertex(name, graph, 'source', source);
  const circles = circlesThrough(graph.directed, source, {
    minLength: options.min_circle_length,
    maxLength: options.max_circle_length,
    limit: options.limit_circle_number,
  });
  return pagedResult('circles', listOf(circles), {
    after: { ...options, circle_number: circles.length, runtime },
  });
};

function checkPair(algorithm: string, graph: AirportsGraph, parameters: unknown) {
  const ends = checkParameters(algorithm, z.strictObject(pair), parameters);
  checkVertex(algorithm, graph, 'source', ends.source);
  checkVertex(algorithm, graph, 'target', ends.target);
  return ends;
}

function checkSets(algorithm: string, graph: AirportsGraph, parameters: unknown) {
  const options = checkParameters(
    algorithm,
    z.strictObject({ sources: z.string(), targets: z.string(), directed }),
    parameters,
  );
  return [
    vertexSet(algorithm, graph, 'sources', options.sources),
    vertexSet(algorithm, graph, 'targets', options.targets),
    readingOf(graph, options.directed),
  ] as const;
}

function shortestBetween(
  graph: AirportsGraph['directed'] | AirportsGraph['undirected'],
  sources: readonly string[],
  targets: readonly string[],
): string[][] {
  const found = sources.flatMap((source) =>
    targets.flatMap((target) => allShortestPaths(graph, source, target)),
  );
  const least = found.reduce((length, path) => Math.min(length, path.length), Number.POSITIVE_INFINITY);
  return found.filter((path) => path.length === least);
}

export const PAIR_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['common_neighbors', runCommonNeighbors],
  ['common_neighbors_of_vertex_sets', runCommonNeighborsOfSets],
  ['link_prediction', runLinkPrediction],
  ['all_pairs_shortest_paths', runAllPairs],
  ['all_shortest_paths_of_vertex_sets', runAllShortestPathsOfSets],
  ['shortest_path_of_vertex_sets', runShortestPathOfSets],
  ['single_vertex_circles_detection', runSingleVertexCircles],
]);
