import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { airportVertices, type EdgeRecord, routeEdges, type VertexRecord } from './elements.js';
import { gesFailure } from './ges-failure.js';
import type { JobPlan } from './job.js';
import { pagedResult } from './job-result.js';
import { readJson } from './read-json.js';
import { listOf } from './record-list.js';

const filter = z.object({
  propertyName: z.string(),
  predicate: z.literal('='),
  values: z.array(z.union([z.string(), z.number()])).min(1),
});

const common = {
  labels: z.array(z.string()).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).default(10),
};
const vertexRequest = z.object({ ...common, vertexFilters: z.array(filter).optional() });
const edgeRequest = z.object({ ...common, edgeFilters: z.array(filter).optional() });

type Filter = z.output<typeof filter>;

/**
 * The job of "Querying Vertices That Meet Filter Criteria" (ges_03_0023): by labels, by properties with `=`, or both.
 *
 * The result holds every match; `offset` and `limit` of the query (default 10) are what a status request reads that
 * names no window, as in the example with 2 vertices of 19.
 *
 * @throws GesFailure GES.8203 without labels and filters, GES.8201 for a filter it cannot apply
 */
export function planVertexQuery(graph: AirportsGraph, body: string): JobPlan {
  const request = vertexRequest.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8201', `wrong vertex query: ${firstIssue(request.error)}`);
  const { labels, vertexFilters } = request.data;
  if (isEmpty(labels) && isEmpty(vertexFilters)) {
    throw gesFailure('GES.8203', 'labels and vertexFilters can not both be empty');
  }
  const matches = () => airportVertices(graph).filter((vertex) => fits(vertex, labels, vertexFilters));
  return planQuery('VertexQuery', 'vertices', body, request.data, matches);
}

/** The same for edges (ges_03_0024), with GES.8103 and GES.8101. */
export function planEdgeQuery(graph: AirportsGraph, body: string): JobPlan {
  const request = edgeRequest.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8101', `wrong edge query: ${firstIssue(request.error)}`);
  const { labels, edgeFilters } = request.data;
  if (isEmpty(labels) && isEmpty(edgeFilters)) {
    throw gesFailure('GES.8103', 'labels and edgeFilters can not both be empty');
  }
  const matches = () => routeEdges(graph).filter((edge) => fits(edge, labels, edgeFilters));
  return planQuery('EdgeQuery', 'edges', body, request.data, matches);
}

function planQuery(
  taskType: string,
  key: string,
  rawRequest: string,
  window: { readonly offset: number; readonly limit: number },
  matches: () => (VertexRecord | EdgeRecord)[],
): JobPlan {
  const defaultWindow = { offset: window.offset, limit: window.limit };
  return {
    taskType,
    rawRequest,
    outcome: () => ({ status: 'success', result: { ...pagedResult(key, listOf(matches())), defaultWindow } }),
  };
}

function fits(
  element: VertexRecord | EdgeRecord,
  labels: string[] | undefined,
  filters: Filter[] | undefined,
): boolean {
  if (labels !== undefined && labels.length > 0 && !labels.includes(element.label)) return false;
  return (filters ?? []).every(({ propertyName, values }) =>
    element.properties[propertyName]?.some((value) => values.some((wanted) => wanted === value)),
  );
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined || issue.path.length === 0 ? 'no JSON object' : issue.path.join('.');
}
