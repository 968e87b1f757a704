import type { AbstractGraph } from 'graphology-types';

export interface PagerankOptions {
  readonly alpha: number;
  /** Stop when the changes of one iteration sum up to less (user guide ges_01_0032). */
  readonly convergence: number;
  readonly maxIterations: number;
  /**
   * How much each vertex counts, in relation to the others, where the walk begins again and where the rank of vertices
   * without outgoing edges goes; one must be greater than 0. All count the same if left out.
   */
  readonly restartWeight?: ((id: string) => number) | undefined;
}

/**
 * PageRank without weights, by power iteration; vertices without outgoing edges share their rank with all.
 *
 * It ends at the convergence or at the iteration limit, whichever comes first (ges_03_0077), where the function of
 * graphology-metrics throws at the limit.
 */
export function pagerank(graph: AbstractGraph, options: PagerankOptions): Map<string, number> {
  const ids = graph.nodes();
  const position = new Map(ids.map((id, index) => [id, index]));
  const links = ids.map((id) =>
    Uint32Array.from(graph.outboundNeighbors(id), (neighbor) => position.get(neighbor) ?? 0),
  );
  const weights = Float64Array.from(ids, options.restartWeight ?? (() => 1));
  const weightsSum = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => (weight * ids.length) / weightsSum);
  let ranks = new Float64Array(ids.length).fill(1 / ids.length);
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    const next = iterate(ranks, links, shares, options.alpha);
    const change = next.reduce((sum, rank, index) => sum + Math.abs(rank - (ranks[index] ?? 0)), 0);
    ranks = next;
    if (change < options.convergence) break;
  }
  return new Map(ids.map((id, index) => [id, ranks[index] ?? 0]));
}

function iterate(
  ranks: Float64Array,
  links: readonly Uint32Array[],
  shares: Float64Array,
  alpha: number,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(ranks.length);
  let dangling = 0;
  links.forEach((targets, index) => {
    const rank = ranks[index] ?? 0;
    if (targets.length === 0) dangling += rank;
    for (const target of targets) next[target] = (next[target] ?? 0) + (alpha * rank) / targets.length;
  });
  const base = (alpha * dangling + 1 - alpha) / ranks.length;
  return next.map((rank, index) => rank + base * (shares[index] ?? 0));
}
