import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters, directed } from './algorithm-parameters.js';
import { type Run, readingOf } from './algorithm-run.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { listOf } from './record-list.js';
import { elementsOf } from './traversal.js';

const NAME = 'subgraph_matching';

const options = z.strictObject({
  edges: z.string(),
  vertices: z.string(),
  directed,
  n: z.number().int().min(1).max(100_000).default(100),
  /** Without effect here: a run takes one match after the other. */
  batch_number: z.number().int().min(1).max(1_000_000).optional(),
  statistics: z.boolean().default(false),
});

/** Candidates after which a search is given up: their number grows with the power of the pattern's size. */
const MAX_CANDIDATES = 20_000_000;

interface Pattern {
  /** The label of each vertex, in the order given. */
  readonly labels: ReadonlyMap<string, string>;
  readonly edges: readonly (readonly [source: string, target: string])[];
}

/**
 * Page ges_03_0233: all ways to place the pattern's vertices on different vertices of the same label so that each of its
 * edges is there; other edges between them do no harm. A place corresponds to that of `pattern_graph`.
 */
export const runSubgraphMatching: Run = (graph, parameters, runtime) => {
  const checked = checkParameters(NAME, options, parameters);
  const pattern = readPattern(checked.edges, checked.vertices);
  const limit = checked.statistics ? Number.POSITIVE_INFINITY : checked.n;
  const { found, number } = findMatches(graph, pattern, checked.directed, checked.n, limit);
  return pagedResult('subgraphs', listOf(found), {
    before: {
      pattern_graph: [...pattern.labels.keys()],
      ...(checked.statistics ? { subgraph_number: number } : {}),
    },
    after: { runtime },
  });
};

/** `edges` is written `1,2\n2,3` with integers of at least 0, `vertices` `1,label\n2,label`. */
function readPattern(edgesText: string, verticesText: string): Pattern {
  const labels = new Map<string, string>();
  for (const [id, label] of readPairs('vertices', verticesText, /^\d+,[^,]*$/)) {
    if (labels.has(id)) throw algorithmFailure(NAME, 'parameter [vertices] is invalid');
    labels.set(id, label);
  }
  const edges = readPairs('edges', edgesText, /^\d+,\d+$/);
  if (edges.some(([source, target]) => !labels.has(source) || !labels.has(target)))
    throw algorithmFailure(NAME, 'parameter [edges] is invalid');
  return { labels, edges };
}

function readPairs(parameter: string, text: string, form: RegExp): (readonly [string, string])[] {
  return text.split('\n').map((line) => {
    if (!form.test(line)) throw algorithmFailure(NAME, `parameter [${parameter}] is invalid`);
    const comma = line.indexOf(',');
    return [line.slice(0, comma), line.slice(comma + 1)] as const;
  });
}

/** The first `keep` matches, and how many there are, counted up to `limit`. */
function findMatches(
  graph: AirportsGraph,
  { labels, edges }: Pattern,
  isDirected: boolean,
  keep: number,
  limit: number,
): { readonly found: readonly string[][]; readonly number: number } {
  const read = readingOf(graph, isDirected);
  const { vertices } = elementsOf(graph);
  const order = searchOrder([...labels.keys()], edges);
  const places = new Map<string, string>();
  const taken = new Set<string>();
  const found: string[][] = [];
  let number = 0;
  let left = MAX_CANDIDATES;
  const fits = () =>
    edges.every(([source, target]) => {
      const [from, to] = [places.get(source), places.get(target)];
      return from === undefined || to === undefined || read.hasEdge(from, to);
    });
  const candidatesFor = (id: string): readonly string[] => {
    for (const [source, target] of edges) {
      const [from, to] = [places.get(source), places.get(target)];
      if (target === id && from !== undefined) return read.outboundNeighbors(from);
      if (source === id && to !== undefined) return read.inboundNeighbors(to);
    }
    return read.nodes();
  };
  const place = (depth: number): void => {
    const id = order[depth];
    if (id === undefined) {
      number++;
      if (found.length < keep) found.push([...labels.keys()].map((key) => places.get(key) ?? ''));
      return;
    }
    for (const candidate of candidatesFor(id)) {
      if (number >= limit) break;
      if (left-- === 0) throw algorithmFailure(NAME, 'the search takes too long here, narrow the pattern');
      if (taken.has(candidate) || vertices.get(candidate)?.label !== labels.get(id)) continue;
      places.set(id, candidate);
      taken.add(candidate);
      if (fits()) place(depth + 1);
      places.delete(id);
      taken.delete(candidate);
    }
  };
  place(0);
  return { found, number };
}

/** Each vertex after one that it has an edge with, where there is one: it is then looked for among few. */
function searchOrder(ids: readonly string[], edges: Pattern['edges']): readonly string[] {
  const order: string[] = [];
  const isNear = (id: string) =>
    edges.some(([source, target]) =>
      source === id ? order.includes(target) : target === id && order.includes(source),
    );
  while (order.length < ids.length) {
    const rest = ids.filter((id) => !order.includes(id));
    order.push(...rest.filter(isNear).slice(0, 1).concat(rest).slice(0, 1));
  }
  return order;
}
