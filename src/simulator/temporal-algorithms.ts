import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters, checkVertex, directed } from './algorithm-parameters.js';
import { keyed, type Run, vertexSet } from './algorithm-run.js';
import { airportVertices, routeEdges } from './elements.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { listOf } from './record-list.js';
import { bothWays, type TimedEdge, traceBack, walkInTime } from './temporal-walks.js';

/** Seconds since 1970, or a date of the form that the user guide gives (ges_01_0044), taken as UTC. */
const time = z.union([
  z.number().int(),
  z.string().regex(/^\d+$/).transform(Number),
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/)
    .transform(
      (text) => Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? '' : 'T00:00:00'}Z`) / 1000,
    )
    .pipe(z.number()),
]);

/** Table "dynamicRange" of the three pages. The airports have the time properties `startTime` and `endTime` only. */
const dynamicRange = z.object({
  start: time,
  end: time,
  time_props: z.object({ stime: z.literal('startTime'), etime: z.literal('endTime') }),
});

const depth = z.number().int().min(1).max(100).default(3);

/**
 * Page ges_03_0381. How a vertex counts that several walks reach is not said: here the fewest edges decide, and among
 * such walks the earliest arrival.
 */
const runTemporalBfs: Run = (graph, parameters, runtime, request) => {
  const name = 'temporal_bfs';
  const range = checkRange(name, request['dynamicRange']);
  const options = checkParameters(
    name,
    z.strictObject({ source: z.string(), k: depth, directed }),
    parameters,
  );
  checkVertex(name, graph, 'source', options.source);
  const layers = walkInTime(timedEdges(graph, options.directed), options.source, {
    ...range,
    depth: options.k,
  });
  const seen = new Set<string>();
  const rows = layers.flatMap((layer, dist) =>
    [...layer].flatMap(([id, visit]) => {
      if (seen.has(id)) return [];
      seen.add(id);
      return [[id, { arrive: visit.arrive, dist, predecessor: visit.predecessor }] as const];
    }),
  );
  return pagedResult(name, keyed(rows), { after: { runtime } });
};

/**
 * Page ges_03_0383: one path a target at most, with the fewest edges (`shortest`) or the earliest arrival (`foremost`);
 * the other measure breaks a tie. The page says that `fastest` is not supported.
 */
const runTemporalPaths: Run = (graph, parameters, runtime, request) => {
  const name = 'temporal_paths';
  const range = checkRange(name, request['dynamicRange']);
  const options = checkParameters(
    name,
    z.strictObject({
      source: z.string(),
      targets: z.string(),
      directed: z.boolean().default(false),
      k: depth,
      strategy: z.enum(['shortest', 'foremost']).default('shortest'),
    }),
    parameters,
  );
  checkVertex(name, graph, 'source', options.source);
  const targets = vertexSet(name, graph, 'targets', options.targets);
  const layers = walkInTime(timedEdges(graph, options.directed), options.source, {
    ...range,
    depth: options.k,
  });
  const paths = targets.flatMap((target) => {
    const lengths = layers.flatMap((layer, length) => {
      const visit = layer.get(target);
      return visit === undefined ? [] : [{ length, arrive: visit.arrive }];
    });
    const isForemost = options.strategy === 'foremost';
    const [best] = isForemost ? lengths.toSorted((one, other) => one.arrive - other.arrive) : lengths;
    return best === undefined ? [] : [traceBack(layers, target, best.length)];
  });
  return pagedResult('paths', listOf(paths), { after: { source: options.source, runtime } });
};

/**
 * Page ges_03_0380: the vertices of `source`, a community, and the edges between them that lie in the range; directly
 * under `data`. The airports have no times of their own, so `temporal_vertex` fails.
 */
const runTemporalGraph: Run = (graph, parameters, _runtime, request) => {
  const name = 'temporal_graph';
  const { start, end } = checkRange(name, request['dynamicRange']);
  const options = checkParameters(
    name,
    z.strictObject({ source: z.string(), temporal_vertex: z.literal(false).default(false) }),
    parameters,
  );
  const community = new Set(vertexSet(name, graph, 'source', options.source));
  const edges = routeEdges(graph).filter(
    ({ source, target, properties: { startTime, endTime } }) =>
      community.has(source) &&
      community.has(target) &&
      Number(startTime?.[0]) >= start &&
      Number(endTime?.[0]) <= end,
  );
  const vertices = airportVertices(graph).filter(({ id }) => community.has(id));
  return { kind: 'body', members: { data: { vertices, edges } } };
};

function timedEdges(graph: AirportsGraph, isDirected: boolean): TimedEdge[] {
  const edges = graph.directed.mapEdges((_edge, { startTime, endTime }, source, target) => ({
    source,
    target,
    departs: startTime,
    arrives: endTime,
  }));
  return isDirected ? edges : bothWays(edges);
}

function checkRange(algorithm: string, value: unknown): { readonly start: number; readonly end: number } {
  const { start, end } = checkParameters(algorithm, dynamicRange, value);
  if (start > end) throw algorithmFailure(algorithm, 'parameter [start] is invalid');
  return { start, end };
}

/** By the name that `execute-analysis` gives. */
export const TEMPORAL_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['temporal_bfs', runTemporalBfs],
  ['temporal_paths', runTemporalPaths],
  ['temporal_graph', runTemporalGraph],
]);
