import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters } from './algorithm-parameters.js';
import { type Run, vertexSet } from './algorithm-run.js';
import type { Fits } from './element-filter.js';
import type { EdgeRecord } from './elements.js';
import type { Encodable } from './encode-json.js';
import { algorithmFilter } from './filtered-algorithms.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { listOf } from './record-list.js';
import { elementsOf } from './traversal.js';

const NAME = 'filtered_circle_detection';

const layer = z.strictObject({
  operator: z.enum(['out', 'in', 'both']).default('out'),
  edge_filter: z.unknown().optional(),
  vertex_filter: z.unknown().optional(),
  times: z.number().int().min(1).max(10).default(1),
});
const options = z.strictObject({
  sources: z.string().optional(),
  n: z.number().int().min(1).max(100_000).default(100),
  statistics: z.boolean().default(false),
  batch_number: z.number().int().min(1).max(1000).optional(),
  output_format: z.enum(['vertexId', 'edgeId', 'edgeObject']).default('edgeObject'),
});

/** Steps after which a search is given up: the number of circles grows with the power of their length. */
const MAX_STEPS = 5_000_000;

interface Layer {
  readonly operator: 'out' | 'in' | 'both';
  readonly fitsEdge: Fits;
  readonly fitsVertex: Fits;
}

/**
 * Page ges_03_0217. The first filter is that of the vertex where a circle begins; the others make its length, 3 to 10
 * edges. A circle that begins at another of its vertices is the same one, and is found once.
 */
export const runCircleDetection: Run = (graph, parameters, runtime, request) => {
  const { sources, n, statistics, output_format } = checkParameters(NAME, options, parameters);
  const layers = readLayers(request['filters']);
  const starts = sources === undefined ? graph.directed.nodes() : vertexSet(NAME, graph, 'sources', sources);
  const found = findCircles(graph, starts, layers, statistics ? Number.POSITIVE_INFINITY : n);
  const circles = found.slice(0, n).map((circle) => circle.map((part) => encode(part, output_format)));
  return pagedResult('circles', listOf(circles), {
    after: { n, ...(statistics ? { circle_number: found.length } : {}), runtime },
  });
};

function readLayers(filters: unknown): readonly Layer[] {
  const checked = z.array(layer).min(1).safeParse(filters);
  if (!checked.success) throw algorithmFailure(NAME, 'parameter [filters] is invalid');
  const layers = checked.data.flatMap(({ operator, edge_filter, vertex_filter, times }, index) => {
    const fitsEdge = algorithmFilter(NAME, 'edge_filter', edge_filter);
    const fitsVertex = algorithmFilter(NAME, 'vertex_filter', vertex_filter);
    return Array.from({ length: index === 0 ? 1 : times }, () => ({ operator, fitsEdge, fitsVertex }));
  });
  if (layers.length < 4 || layers.length > 11) throw algorithmFailure(NAME, 'parameter [filters] is invalid');
  return layers;
}

/** An edge of a circle and the vertex that it leaves. */
interface Part {
  readonly from: string;
  readonly edge: EdgeRecord;
}

function findCircles(
  graph: AirportsGraph,
  starts: readonly string[],
  [first, ...steps]: readonly Layer[],
  limit: number,
): Part[][] {
  const { vertices, edges } = elementsOf(graph);
  const next = new Map<string, { to: string; edge: EdgeRecord; isForth: boolean }[]>();
  const add = (from: string, to: string, edge: EdgeRecord, isForth: boolean) =>
    next.set(from, [...(next.get(from) ?? []), { to, edge, isForth }]);
  for (const edge of edges) {
    add(edge.source, edge.target, edge, true);
    add(edge.target, edge.source, edge, false);
  }
  const passes = (fits: Fits | undefined, id: string) => {
    const vertex = vertices.get(id);
    return vertex !== undefined && fits?.(vertex) !== false;
  };
  const found: Part[][] = [];
  const known = new Set<string>();
  let left = MAX_STEPS;
  const walk = (start: string, at: string, parts: readonly Part[]): void => {
    const step = steps[parts.length];
    if (step === undefined) return;
    const isLast = parts.length === steps.length - 1;
    for (const { to, edge, isForth } of next.get(at) ?? []) {
      if (found.length >= limit) return;
      if (left-- === 0) throw algorithmFailure(NAME, 'the search takes too long here, narrow the filters');
      if (step.operator !== 'both' && (step.operator === 'out') !== isForth) continue;
      if (isLast ? to !== start : to === start || parts.some(({ from }) => from === to)) continue;
      if (!step.fitsEdge(edge) || !passes(step.fitsVertex, to)) continue;
      const longer = [...parts, { from: at, edge }];
      if (!isLast) walk(start, to, longer);
      else if (isNew(longer)) found.push(longer);
    }
  };
  const isNew = (parts: readonly Part[]) => {
    const key = parts
      .map(({ edge }) => `${edge.source}>${edge.target}`)
      .sort()
      .join();
    const before = known.size;
    return known.add(key).size > before;
  };
  for (const start of starts) if (passes(first?.fitsVertex, start)) walk(start, start, []);
  return found;
}

function encode({ from, edge: { source, target, index } }: Part, format: string): Encodable {
  if (format === 'vertexId') return from;
  return format === 'edgeId' ? `${source}-${target}-${index}` : { source, target, index };
}
