/** An edge that is there from `departs` to `arrives`: a message enters at the one time and is there at the other. */
export interface TimedEdge {
  readonly source: string;
  readonly target: string;
  readonly departs: number;
  readonly arrives: number;
}

/** How a vertex is reached by walks of one length: earliest arrival, and the vertex before it. */
export interface Arrival {
  readonly arrive: number;
  readonly predecessor: string;
}

export interface WalkBounds {
  readonly start: number;
  readonly end: number;
  /** The most edges of a walk. */
  readonly depth: number;
}

/**
 * The vertices that walks of 0, 1, 2, … edges reach, and when at the earliest. Along a walk no edge departs before the
 * one before it has arrived, the first not before `start`, and none arrives after `end` (the time-respecting paths of
 * Wu et al., "Path Problems in Temporal Graphs", VLDB 2014).
 */
export function walkInTime(
  edges: readonly TimedEdge[],
  source: string,
  { start, end, depth }: WalkBounds,
): readonly ReadonlyMap<string, Arrival>[] {
  const usable = edges.filter((edge) => edge.departs >= start && edge.arrives <= end);
  const layers: Map<string, Arrival>[] = [new Map([[source, { arrive: start, predecessor: '' }]])];
  while (layers.length <= depth) {
    const last = layers.at(-1);
    const next = new Map<string, Arrival>();
    for (const edge of usable) {
      const from = last?.get(edge.source);
      if (from === undefined || edge.departs < from.arrive) continue;
      const known = next.get(edge.target);
      if (known !== undefined && known.arrive <= edge.arrives) continue;
      next.set(edge.target, { arrive: edge.arrives, predecessor: edge.source });
    }
    if (next.size === 0) break;
    layers.push(next);
  }
  return layers;
}

/** Each edge in both directions. */
export function bothWays(edges: readonly TimedEdge[]): TimedEdge[] {
  return edges.flatMap((edge) => [edge, { ...edge, source: edge.target, target: edge.source }]);
}

/** The walk of `length` edges that reaches a vertex first, from its source on. */
export function traceBack(
  layers: readonly ReadonlyMap<string, Arrival>[],
  vertex: string,
  length: number,
): string[] {
  const path = [vertex];
  for (let at = length; at > 0; at--) {
    const before = layers[at]?.get(path[0] ?? '')?.predecessor;
    if (before === undefined) throw new Error(`no walk of ${at} edges reaches "${path[0]}"`);
    path.unshift(before);
  }
  return path;
}
