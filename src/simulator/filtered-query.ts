import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { airportVertices, type EdgeRecord, routeEdges, type VertexRecord } from './elements.js';
import type { Encodable } from './encode-json.js';
import { gesFailure } from './ges-failure.js';
import type { JobPlan } from './job.js';
import { pagedResult } from './job-result.js';
import { readJson } from './read-json.js';
import { listOf } from './record-list.js';

const filter = z
  .object({
    property_filter: z.object({
      leftvalue: z.union([
        z.strictObject({ label_name: z.literal('labelName') }),
        z.strictObject({ property_name: z.string() }),
      ]),
      predicate: z.literal('='),
      rightvalue: z.object({ value: z.string() }),
    }),
  })
  .optional();
type Filter = z.output<typeof filter>;

const request = z.object({
  executionMode: z.string().default('sync'),
  vertices: z.array(z.string()).min(1),
  filters: z
    .array(
      z.union([
        z.object({ operator: z.enum(['inV', 'outV', 'bothV']), vertex_filter: filter }),
        z.object({ operator: z.enum(['in', 'out', 'both']), edge_filter: filter }),
      ]),
    )
    .min(1),
});
type Layer = z.output<typeof request>['filters'][number];

/**
 * "Filtered-query" (ges_03_0175): from the vertices given, layer by layer; the last one decides whether vertices or
 * edges come out. Of the predicates `=` is there, of the operators those on vertices; edges can only come last.
 *
 * @returns the job of an asynchronous query, or the data of a synchronous one (which is the default)
 * @throws GesFailure GES.8806
 */
export function answerFilteredQuery(
  graph: AirportsGraph,
  body: string,
): { readonly job: JobPlan } | { readonly data: Encodable } {
  const checked = request.safeParse(readJson(body));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw gesFailure(
      'GES.8806',
      `filtered query is not correct: ${issue?.path.join('.') || 'no JSON object'}`,
    );
  }
  const { executionMode, vertices, filters } = checked.data;
  if (executionMode !== 'sync' && executionMode !== 'async')
    throw gesFailure('GES.8806', 'executionMode is not correct, it should be sync or async');
  const run = () => walk(graph, vertices, filters);
  if (executionMode === 'sync') {
    const { key, records } = run();
    return { data: { [key]: records } };
  }
  const outcome = () => {
    const { key, records } = run();
    return { status: 'success', result: pagedResult(key, listOf(records)) } as const;
  };
  return { job: { taskType: 'FilteredQuery', rawRequest: body, outcome } };
}

function walk(
  graph: AirportsGraph,
  start: readonly string[],
  layers: readonly Layer[],
): { readonly key: 'vertices' | 'edges'; readonly records: readonly (VertexRecord | EdgeRecord)[] } {
  const all = new Map(airportVertices(graph).map((vertex) => [vertex.id, vertex]));
  let ids = new Set(start.filter((id) => all.has(id)));
  for (const [index, layer] of layers.entries()) {
    if (!layer.operator.endsWith('V')) {
      if (index < layers.length - 1) throw gesFailure('GES.8806', 'edges can only come last');
      const wanted = 'edge_filter' in layer ? layer.edge_filter : undefined;
      const edges = edgesOf(graph, ids, layer.operator).filter((edge) => fits(edge, wanted));
      return { key: 'edges', records: edges };
    }
    const wanted = 'vertex_filter' in layer ? layer.vertex_filter : undefined;
    const next = edgesOf(graph, ids, layer.operator.slice(0, -1)).flatMap(({ source, target }) =>
      layer.operator === 'outV' ? [target] : layer.operator === 'inV' ? [source] : [source, target],
    );
    ids = new Set(
      next.filter((id) => {
        const vertex = all.get(id);
        return vertex !== undefined && fits(vertex, wanted);
      }),
    );
  }
  const records = [...ids].flatMap((id) => all.get(id) ?? []);
  return { key: 'vertices', records };
}

function edgesOf(graph: AirportsGraph, ids: ReadonlySet<string>, direction: string): EdgeRecord[] {
  return routeEdges(graph).filter(
    ({ source, target }) =>
      (direction !== 'in' && ids.has(source)) || (direction !== 'out' && ids.has(target)),
  );
}

function fits(element: VertexRecord | EdgeRecord, wanted: Filter): boolean {
  if (wanted === undefined) return true;
  const { leftvalue, rightvalue } = wanted.property_filter;
  if ('label_name' in leftvalue) return element.label === rightvalue.value;
  const values = element.properties[leftvalue.property_name];
  return values?.some((value) => String(value) === rightvalue.value) ?? false;
}
