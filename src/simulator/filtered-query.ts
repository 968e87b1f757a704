import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { FilterError, readFilter } from './element-filter.js';
import type { EdgeRecord, VertexRecord } from './elements.js';
import type { Encodable } from './encode-json.js';
import { gesFailure } from './ges-failure.js';
import type { JobPlan } from './job.js';
import { type JobResult, pagedResult } from './job-result.js';
import { readJson } from './read-json.js';
import { listOf } from './record-list.js';
import {
  type Direction,
  type Elements,
  elementsOf,
  endsOf,
  readSelection,
  type Step,
  stepsFrom,
} from './traversal.js';

const layer = z.strictObject({
  operator: z.enum(['vertex', 'edge', 'inV', 'outV', 'bothV', 'in', 'out', 'both']),
  vertex_filter: z.unknown().optional(),
  edge_filter: z.unknown().optional(),
});
const request = z.object({
  executionMode: z.string().default('sync'),
  vertices: z.array(z.string()).default([]),
  filters: z.array(layer).min(1),
  query_type: z.enum(['Default', 'AllVertices', 'SimpleEdges', 'Path']).default('Default'),
  by: z.array(z.unknown()).max(1).optional(),
  full_path: z.boolean().default(false),
  with_path: z.boolean().default(false),
  visualized: z.boolean().default(false),
});
type Query = z.output<typeof request>;

/** What a query gives: the list that is paged, and what stands beside it. */
export interface QueryRows {
  readonly key: string;
  readonly records: readonly Encodable[];
  readonly beside?: { readonly [key: string]: Encodable };
}

/** What a query is answered with: the data of a synchronous one (the default), or the job of an asynchronous one. */
export type QueryAnswer = { readonly job: JobPlan } | { readonly data: Encodable };

/**
 * "Filtered-query" (ges_03_0175): from the vertices given, layer by layer; the last one decides whether vertices or
 * edges come out. A layer of edges can only come first or last, and lists of edges to begin with are not taken.
 *
 * @throws GesFailure GES.8806
 */
export function answerFilteredQuery(graph: AirportsGraph, body: string): QueryAnswer {
  const query = checkQuery(request, body);
  const rows = () => refusing(() => walk(elementsOf(graph), query));
  return answerQuery('FilteredQuery', query.executionMode, body, rows, !query.visualized);
}

/** The body of a query that takes `executionMode`. */
export function checkQuery<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> {
  const checked = schema.safeParse(readJson(body));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw gesFailure('GES.8806', `filtered query is not correct: ${issue?.path.join('.') || 'no JSON object'}`);
}

/** Both kinds of answer; an asynchronous one is refused at once where its request cannot be carried out. */
export function answerQuery(
  taskType: string,
  executionMode: string,
  rawRequest: string,
  run: () => QueryRows,
  isPaged = true,
): QueryAnswer {
  if (executionMode !== 'sync' && executionMode !== 'async')
    throw gesFailure('GES.8806', 'executionMode is not correct, it should be sync or async');
  const { key, records, beside = {} } = run();
  if (executionMode === 'sync') return { data: { [key]: records, ...beside } };
  const result: JobResult = isPaged
    ? pagedResult(key, listOf(records), { after: beside })
    : { kind: 'unpaged', scalars: { [key]: records, ...beside } };
  return { job: { taskType, rawRequest, outcome: () => ({ status: 'success', result }) } };
}

/** @throws GesFailure GES.8806 for a filter that cannot be applied */
export function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw gesFailure('GES.8806', `filtered query is not correct: ${error.message}`);
  }
}

function walk(elements: Elements, query: Query): QueryRows {
  const layers: Step[][] = [];
  const given = query.vertices.filter((id) => elements.vertices.has(id));
  let ids = new Set(given);
  const seen = new Set(given);
  let edges: readonly EdgeRecord[] | null = null;
  for (const [index, { operator, vertex_filter, edge_filter }] of query.filters.entries()) {
    const [fitsVertex, fitsEdge] = [readFilter(vertex_filter), readFilter(edge_filter)];
    const isFirst = index === 0;
    if ((operator === 'vertex' || operator === 'edge') && !isFirst)
      throw new FilterError(`operator [${operator}] can only come first`);
    if (operator === 'vertex') {
      const all = given.length > 0 ? given : [...elements.vertices.keys()];
      ids = new Set(all.filter((id) => fitsVertex(elements.vertices.get(id) as VertexRecord)));
    } else if (operator === 'edge') {
      edges = elements.edges.filter(fitsEdge);
    } else if (operator.endsWith('V') && edges !== null) {
      ids = endsOfEdges(edges, operator, (id) => fitsVertex(elements.vertices.get(id) as VertexRecord));
      edges = null;
    } else {
      if (edges !== null) throw new FilterError(`operator [${operator}] cannot follow edges`);
      const direction = operator.replace('V', '') as Direction;
      const steps = stepsFrom(elements, ids, direction, fitsEdge, fitsVertex);
      layers.push(steps);
      ids = new Set(steps.map(({ to }) => to));
      if (!operator.endsWith('V')) edges = distinct(steps);
    }
    if (edges !== null && index > 0 && index < query.filters.length - 1)
      throw new FilterError('edges can only come first or last');
    for (const id of ids) seen.add(id);
  }
  return rowsOf(elements, query, { ids, seen, edges, layers });
}

interface Walked {
  readonly ids: ReadonlySet<string>;
  readonly seen: ReadonlySet<string>;
  readonly edges: readonly EdgeRecord[] | null;
  readonly layers: readonly (readonly Step[])[];
}

function rowsOf({ vertices }: Elements, query: Query, { ids, seen, edges, layers }: Walked): QueryRows {
  const project = query.by === undefined ? undefined : readSelection(query.by[0]);
  const list = (found: Iterable<string>) => [...found].flatMap((id) => vertices.get(id) ?? []);
  if (query.query_type === 'SimpleEdges')
    return { key: 'edges', records: distinct(layers.flat()).map(simpleEdge) };
  const path = query.query_type === 'Path' || query.with_path;
  const paths = distinct((query.full_path ? layers : onWholePaths(layers)).flat()).map(simpleEdge);
  const beside = path ? { beside: { paths } } : {};
  const records = query.query_type === 'AllVertices' ? list(seen) : (edges ?? list(ids));
  const key = query.query_type !== 'AllVertices' && edges !== null ? 'edges' : 'vertices';
  return { key, records: project === undefined ? records : records.map(project), ...beside };
}

/** "Only the ID and label information of the edges", as paths have it too (table 12). */
function simpleEdge(edge: EdgeRecord): Encodable {
  return { ...endsOf(edge), label: edge.label };
}

/** The steps that lie on a path from the first layer to the last one. */
function onWholePaths(layers: readonly (readonly Step[])[]): readonly (readonly Step[])[] {
  let needed: ReadonlySet<string> | null = null;
  return layers
    .toReversed()
    .map((steps) => {
      const kept: readonly Step[] =
        needed === null ? steps : steps.filter(({ to }) => needed?.has(to) === true);
      needed = new Set(kept.map(({ from }) => from));
      return kept;
    })
    .reverse();
}

function distinct(steps: readonly Step[]): EdgeRecord[] {
  return [...new Set(steps.map(({ edge }) => edge))];
}

function endsOfEdges(
  edges: readonly EdgeRecord[],
  operator: string,
  fits: (id: string) => boolean,
): Set<string> {
  const ids = edges.flatMap(({ source, target }) =>
    operator === 'outV' ? [target] : operator === 'inV' ? [source] : [source, target],
  );
  return new Set(ids.filter(fits));
}
