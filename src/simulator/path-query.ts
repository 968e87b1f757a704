import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { FilterError, type Fits, readFilter } from './element-filter.js';
import type { VertexRecord } from './elements.js';
import type { Encodable } from './encode-json.js';
import { answerQuery, checkQuery, type QueryAnswer, type QueryRows, refusing } from './filtered-query.js';
import { type Direction, type Elements, elementsOf, readSelection, stepsFrom } from './traversal.js';

const layer = z.strictObject({
  operator: z.enum(['inV', 'outV', 'bothV']),
  vertex_filter: z.unknown().optional(),
  edge_filter: z.unknown().optional(),
});
const request = z.object({
  executionMode: z.string().default('sync'),
  vertices: z.array(z.string()).min(1),
  repeat: z.array(layer).min(1),
  until: z
    .array(z.strictObject({ vertex_filter: z.unknown() }))
    .max(1)
    .optional(),
  times: z.number().int().min(1).max(20).default(2),
  emit: z.boolean().default(false),
  limit: z.number().int().min(1).default(10_000),
  queryType: z.enum(['Default', 'Tree']).default('Default'),
  select: z.array(z.string()).min(1).optional(),
  by: z.array(z.unknown()).optional(),
});
type Query = z.output<typeof request>;

/** Paths are followed one by one for `select` and `Tree`; more of them than this are refused. */
const MAX_PATHS = 100_000;

/**
 * "Filtered-query V2" (ges_03_0331). The layers of `repeat` are taken in turn, `times` steps in all; `until` ends a path
 * at the first vertex that fulfils it; `emit` adds the vertices on the way. `select` gives the vertices `v0` to
 * `v<times>` of each path. Names given by `as` and layers of edges are not taken.
 *
 * @throws GesFailure GES.8806
 */
export function answerPathQuery(graph: AirportsGraph, body: string): QueryAnswer {
  const query = checkQuery(request, body);
  return answerQuery('PathQuery', query.executionMode, body, () =>
    refusing(() => run(elementsOf(graph), query)),
  );
}

function run(elements: Elements, query: Query): QueryRows {
  const first = query.vertices.filter((id) => elements.vertices.has(id));
  const ends = query.until === undefined ? () => false : readFilter(query.until[0]?.vertex_filter);
  if (query.select !== undefined) return selected(elements, query, paths(elements, query, first, ends));
  if (query.queryType === 'Tree') return trees(elements, query, first, paths(elements, query, first, ends));
  const [only] = query.by ?? [];
  if ((query.by?.length ?? 0) > 1) throw new FilterError('by has more than one element without select');
  const found = [...reached(elements, query, first, ends)].slice(0, query.limit);
  const records = found.map((id) => vertexOf(elements, id));
  return { key: 'vertices', records: only === undefined ? records : records.map(readSelection(only)) };
}

/** The vertices after the last step and those that `until` stopped at; with `emit`, every one that a step reached. */
function reached(elements: Elements, query: Query, first: readonly string[], ends: Fits): Set<string> {
  const found = new Set<string>();
  let ids: ReadonlySet<string> = new Set(first);
  for (let at = 0; at < query.times; at++) {
    const next = new Set(step(elements, query, ids, at).map(({ to }) => to));
    const going = new Set<string>();
    for (const id of next) {
      const isEnd = ends(vertexOf(elements, id));
      if (isEnd || query.emit || at === query.times - 1) found.add(id);
      if (!isEnd) going.add(id);
    }
    ids = going;
  }
  return found;
}

/** Every path of the query: whole ones, and those that end on the way too when `emit` is set. */
function paths(elements: Elements, query: Query, first: readonly string[], ends: Fits): string[][] {
  const whole: string[][] = [];
  let going = first.map((id) => [id]);
  for (let at = 0; at < query.times; at++) {
    const next = new Map<string, string[]>();
    for (const { from, to } of step(elements, query, new Set(going.map((path) => path.at(-1) ?? '')), at))
      next.set(from, [...(next.get(from) ?? []), to]);
    const longer = going.flatMap((path) => (next.get(path.at(-1) ?? '') ?? []).map((id) => [...path, id]));
    if (whole.length + longer.length > MAX_PATHS) throw new FilterError(`more than ${MAX_PATHS} paths`);
    const isEnd = (path: readonly string[]) => ends(vertexOf(elements, path.at(-1) ?? ''));
    whole.push(...longer.filter((path) => query.emit || at === query.times - 1 || isEnd(path)));
    going = longer.filter((path) => !isEnd(path));
  }
  return whole;
}

function step(elements: Elements, { repeat }: Query, ids: ReadonlySet<string>, at: number) {
  const { operator, vertex_filter, edge_filter } = repeat[at % repeat.length] as z.output<typeof layer>;
  const direction = operator.replace('V', '') as Direction;
  return stepsFrom(elements, ids, direction, readFilter(edge_filter), readFilter(vertex_filter));
}

/** `paths` of chosen vertices, each combination once ("the paths are deduplicated by default"). */
function selected(elements: Elements, query: Query, found: readonly (readonly string[])[]): QueryRows {
  const places = (query.select ?? []).map((name) => {
    const place = /^v(\d{1,2})$/.test(name) ? Number(name.slice(1)) : Number.NaN;
    if (!(place <= query.times)) throw new FilterError(`select [${name}] is not known`);
    return place;
  });
  if (query.by !== undefined && query.by.length !== places.length)
    throw new FilterError('by and select differ in length');
  const projections = query.by?.map(readSelection);
  const seen = new Set<string>();
  const records = found.flatMap((path): Encodable[] => {
    const ids = places.flatMap((place) => path[place] ?? []);
    const key = JSON.stringify(ids);
    if (ids.length === 0 || seen.has(key)) return [];
    seen.add(key);
    const chosen = places.flatMap((place, index) => {
      const id = path[place];
      if (id === undefined) return [];
      const vertex = vertexOf(elements, id);
      return [projections?.[index]?.(vertex) ?? vertex];
    });
    return [chosen];
  });
  return { key: 'paths', records: records.slice(0, query.limit) };
}

interface Tree {
  readonly children: Map<string, Tree>;
}

/** The paths as one tree a start vertex; the page names no members: here `id`, `label` and `children`. */
function trees(
  elements: Elements,
  query: Query,
  first: readonly string[],
  found: readonly (readonly string[])[],
): QueryRows {
  const roots = new Map<string, Tree>(first.map((id) => [id, { children: new Map() }]));
  for (const path of found.slice(0, query.limit)) {
    let branches = roots;
    for (const id of path) {
      const branch = branches.get(id) ?? { children: new Map() };
      branches.set(id, branch);
      branches = branch.children;
    }
  }
  const encode = ([id, { children }]: readonly [string, Tree]): Encodable => ({
    id,
    label: vertexOf(elements, id).label,
    children: [...children].map(encode),
  });
  return { key: 'vertices', records: [...roots].map(encode) };
}

function vertexOf({ vertices }: Elements, id: string): VertexRecord {
  const vertex = vertices.get(id);
  if (vertex === undefined) throw new Error(`no vertex "${id}"`);
  return vertex;
}
