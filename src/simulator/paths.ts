import type { AbstractGraph } from 'graphology-types';

/** Every shortest path from source to target (edges count 1); none when the target cannot be reached. */
export function allShortestPaths(graph: AbstractGraph, source: string, target: string): string[][] {
  let frontier: string[][] = [[source]];
  const seen = new Set([source]);
  while (frontier.length > 0) {
    const found = frontier.filter((path) => path.at(-1) === target);
    if (found.length > 0) return found;
    const longer: string[][] = [];
    const reached = new Set<string>();
    for (const path of frontier) {
      for (const next of graph.outboundNeighbors(path.at(-1))) {
        if (seen.has(next)) continue;
        reached.add(next);
        longer.push([...path, next]);
      }
    }
    for (const id of reached) seen.add(id);
    frontier = longer;
  }
  return [];
}

/** Up to `n` simple paths of at most `k` hops, in depth-first order. */
export function nPaths(
  graph: AbstractGraph,
  source: string,
  target: string,
  n: number,
  k: number,
): string[][] {
  const found: string[][] = [];
  const walk = (path: readonly string[]): void => {
    for (const next of graph.outboundNeighbors(path.at(-1))) {
      if (found.length === n) return;
      if (path.includes(next)) continue;
      if (next === target) found.push([...path, next]);
      else if (path.length < k) walk([...path, next]);
    }
  };
  walk([source]);
  return found;
}

/** Simple circles through a vertex, each beginning with it, in depth-first order. Lengths count vertices. */
export function circlesThrough(
  graph: AbstractGraph,
  source: string,
  bounds: { readonly minLength: number; readonly maxLength: number; readonly limit: number },
): string[][] {
  const found: string[][] = [];
  const walk = (path: readonly string[]): void => {
    for (const next of graph.outboundNeighbors(path.at(-1))) {
      if (found.length === bounds.limit) return;
      if (next === source && path.length >= bounds.minLength) found.push([...path]);
      if (path.length < bounds.maxLength && !path.includes(next)) walk([...path, next]);
    }
  };
  walk([source]);
  return found;
}
