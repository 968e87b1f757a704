import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { compareValues } from './element-filter.js';
import { airportVertices, type EdgeRecord, routeEdges, type VertexRecord } from './elements.js';
import { gesFailure } from './ges-failure.js';
import type { JobPlan } from './job.js';
import { pagedResult } from './job-result.js';
import { readJson } from './read-json.js';
import { listOf } from './record-list.js';

type Element = VertexRecord | EdgeRecord;

const value = z.union([z.string(), z.number()]).transform(String);

/** Table 4 of ges_03_0023, but for the predicates of full text, which need an index. */
const filter = z.object({
  propertyName: z.string(),
  predicate: z.enum(['=', '<', '>', '<=', '>=', 'range', 'has', 'hasNot']),
  values: z.union([z.array(value), value.transform((one) => [one])]).default([]),
  type: z.enum(['and', 'or']).default('and'),
});
type Filter = z.output<typeof filter>;

/** Table 3: by ID, label, or the first value of a property. */
const sort = z
  .object({
    key: z.enum(['id', 'label', 'property']).optional(),
    propertyName: z.string().optional(),
    orderValue: z.enum(['incr', 'decr']).default('incr'),
  })
  .refine(
    ({ key, propertyName }) => (key === undefined || key === 'property') === (propertyName !== undefined),
  );
type Sort = z.output<typeof sort>;

const common = {
  labels: z.array(z.string()).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).default(10),
};
const vertexRequest = z.object({
  ...common,
  vertexFilters: z.array(filter).optional(),
  sorts: z.array(sort).default([]),
});
const edgeRequest = z.object({
  ...common,
  edgeFilters: z.array(filter).optional(),
  // "Sorts by label or property" only (ges_03_0024).
  sorts: z.array(sort.refine(({ key }) => key !== 'id')).default([]),
});

/**
 * The job of "Querying Vertices That Meet Filter Criteria" (ges_03_0023): by labels, by properties, or both.
 *
 * The result holds every match; `offset` and `limit` of the query (default 10) are what a status request reads that
 * names no window, as in the example with 2 vertices of 19.
 *
 * @throws GesFailure GES.8203 without labels and filters, GES.8201 for a filter it cannot apply
 */
export function planVertexQuery(graph: AirportsGraph, body: string): JobPlan {
  const request = vertexRequest.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8201', `wrong vertex query: ${firstIssue(request.error)}`);
  const { labels, vertexFilters = [], sorts } = request.data;
  if (isEmpty(labels) && isEmpty(vertexFilters)) {
    throw gesFailure('GES.8203', 'labels and vertexFilters can not both be empty');
  }
  const matches = () => select(airportVertices(graph), labels, vertexFilters, sorts);
  return planQuery('VertexQuery', 'vertices', body, request.data, matches);
}

/** The same for edges (ges_03_0024), with GES.8103 and GES.8101. */
export function planEdgeQuery(graph: AirportsGraph, body: string): JobPlan {
  const request = edgeRequest.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8101', `wrong edge query: ${firstIssue(request.error)}`);
  const { labels, edgeFilters = [], sorts } = request.data;
  if (isEmpty(labels) && isEmpty(edgeFilters)) {
    throw gesFailure('GES.8103', 'labels and edgeFilters can not both be empty');
  }
  const matches = () => select(routeEdges(graph), labels, edgeFilters, sorts);
  return planQuery('EdgeQuery', 'edges', body, request.data, matches);
}

function planQuery(
  taskType: string,
  key: string,
  rawRequest: string,
  window: { readonly offset: number; readonly limit: number },
  matches: () => Element[],
): JobPlan {
  const defaultWindow = { offset: window.offset, limit: window.limit };
  return {
    taskType,
    rawRequest,
    outcome: () => ({ status: 'success', result: { ...pagedResult(key, listOf(matches())), defaultWindow } }),
  };
}

function select(
  elements: readonly Element[],
  labels: readonly string[] | undefined,
  filters: readonly Filter[],
  sorts: readonly Sort[],
): Element[] {
  const wanted = elements.filter(
    (element) => (isEmpty(labels) || labels?.includes(element.label) === true) && fits(element, filters),
  );
  return wanted.toSorted((one, other) => {
    for (const { key = 'property', propertyName = '', orderValue } of sorts) {
      const order = compareValues(keyOf(one, key, propertyName), keyOf(other, key, propertyName));
      if (order !== 0) return orderValue === 'incr' ? order : -order;
    }
    return 0;
  });
}

/** One after the other: each filter is joined to what stands before it by its own `type`. */
function fits(element: Element, filters: readonly Filter[]): boolean {
  return filters.reduce((before, one, index) => {
    const holds = holdsFor(element.properties[one.propertyName]?.map(String) ?? [], one);
    return index === 0 ? holds : one.type === 'and' ? before && holds : before || holds;
  }, true);
}

function holdsFor(found: readonly string[], { predicate, values }: Filter): boolean {
  const [first = '', last = ''] = values;
  const some = (test: (one: string) => boolean) => found.some(test);
  switch (predicate) {
    case 'has':
      return found.length > 0;
    case 'hasNot':
      return found.length === 0;
    case '=':
      return some((one) => values.includes(one));
    case '<':
      return some((one) => compareValues(one, first) < 0);
    case '<=':
      return some((one) => compareValues(one, first) <= 0);
    case '>':
      return some((one) => compareValues(one, first) > 0);
    case '>=':
      return some((one) => compareValues(one, first) >= 0);
    case 'range':
      return some((one) => compareValues(one, first) >= 0 && compareValues(one, last) <= 0);
  }
}

function keyOf(element: Element, key: 'id' | 'label' | 'property', propertyName: string): string {
  if (key === 'id') return 'id' in element ? element.id : '';
  return key === 'label' ? element.label : String(element.properties[propertyName]?.[0] ?? '');
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined || issue.path.length === 0 ? 'no JSON object' : issue.path.join('.');
}
