import type { DirectedGraph, UndirectedGraph } from 'graphology';

/** Vertices by position, with the positions of their neighbours: both ways, and never the vertex itself. */
export type Neighbourhoods = readonly (readonly number[])[];

/** Neighbours of each vertex without itself, in the order of the graph. */
function neighbourhoodsById(graph: UndirectedGraph): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    graph.mapNodes((id) => [id, new Set(graph.neighbors(id).filter((other) => other !== id))] as const),
  );
}

export function neighbourhoods(graph: UndirectedGraph): Neighbourhoods {
  const near = neighbourhoodsById(graph);
  const position = new Map([...near.keys()].map((id, index) => [id, index]));
  return [...near.values()].map((others) => [...others].map((other) => position.get(other) ?? 0));
}

/** The largest k for which a vertex is in a subgraph of minimum degree k (Batagelj and Zaversnik, 2003). */
export function coreNumbers(graph: UndirectedGraph): ReadonlyMap<string, number> {
  const near = neighbourhoodsById(graph);
  const degrees = new Map([...near].map(([id, others]) => [id, others.size]));
  const cores = new Map<string, number>();
  let k = 0;
  while (degrees.size > 0) {
    const [id, degree] = [...degrees].reduce((least, next) => (next[1] < least[1] ? next : least));
    k = Math.max(k, degree);
    cores.set(id, k);
    degrees.delete(id);
    for (const other of near.get(id) ?? []) {
      const left = degrees.get(other);
      if (left !== undefined) degrees.set(other, left - 1);
    }
  }
  return cores;
}

/** Triangles through each vertex. */
export function triangles(graph: UndirectedGraph): ReadonlyMap<string, number> {
  const near = neighbourhoodsById(graph);
  return new Map(
    [...near].map(([id, others]) => {
      let corners = 0;
      for (const other of others) {
        for (const third of near.get(other) ?? []) if (others.has(third)) corners++;
      }
      return [id, corners / 2] as const;
    }),
  );
}

/** Mean, over all vertices, of the share of a vertex's neighbours that know each other (Watts and Strogatz, 1998). */
export function averageClustering(graph: UndirectedGraph): number {
  const near = neighbourhoodsById(graph);
  let sum = 0;
  for (const [id, count] of triangles(graph)) {
    const degree = near.get(id)?.size ?? 0;
    if (degree > 1) sum += (2 * count) / (degree * (degree - 1));
  }
  return sum / graph.order;
}

/** Pearson's correlation of the out-degree at the start and the in-degree at the end of the edges (Newman, 2003). */
export function degreeCorrelation(graph: DirectedGraph): number {
  const pairs = graph.mapEdges(
    (_edge, _attributes, source, target) => [graph.outDegree(source), graph.inDegree(target)] as const,
  );
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const starts = pairs.map(([start]) => start);
  const ends = pairs.map(([, end]) => end);
  const [startMean, endMean] = [meanOf(starts), meanOf(ends)];
  const spread = (values: readonly number[], mean: number) =>
    meanOf(values.map((value) => (value - mean) ** 2));
  const together = meanOf(pairs.map(([start, end]) => (start - startMean) * (end - endMean)));
  return together / Math.sqrt(spread(starts, startMean) * spread(ends, endMean));
}

/**
 * Labels that spread until each vertex has one of the most frequent of its neighbours (Raghavan and others, 2007).
 * Vertices take their turns in the order of the graph, and keep a label that is as frequent as any other, so the
 * outcome is always the same.
 */
export function spreadLabels(graph: UndirectedGraph, maxRounds: number): ReadonlyMap<string, string> {
  const near = neighbourhoodsById(graph);
  const labels = new Map([...near.keys()].map((id) => [id, id]));
  let hasChanged = true;
  for (let round = 0; round < maxRounds && hasChanged; round++) {
    hasChanged = false;
    for (const [id, others] of near) {
      const counts = new Map<string, number>();
      for (const other of others) {
        const label = labels.get(other) ?? other;
        counts.set(label, (counts.get(label) ?? 0) + 1);
      }
      const most = Math.max(0, ...counts.values());
      if ((counts.get(labels.get(id) ?? id) ?? 0) === most) continue;
      for (const [label, count] of counts) {
        if (count !== most) continue;
        labels.set(id, label);
        hasChanged = true;
        break;
      }
    }
  }
  return labels;
}
