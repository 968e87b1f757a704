import type { Neighbourhoods } from './graph-measures.js';

export interface WalkOptions {
  /** A way back is the less likely, the greater this is; 1 makes no difference. */
  readonly returning: number;
  /** A way out of the neighbourhood is the less likely, the greater this is; 1 makes no difference. */
  readonly leaving: number;
  readonly walkLength: number;
  readonly walkNumber: number;
  readonly random: () => number;
}

/** Walks from every vertex (Grover and Leskovec, node2vec, KDD 2016): the vertex before decides what is likely next. */
export function biasedWalks(near: Neighbourhoods, options: WalkOptions): readonly Uint32Array[] {
  const { returning, leaving, walkLength, walkNumber, random } = options;
  const sets = near.map((others) => new Set(others));
  const walkFrom = (start: number): Uint32Array => {
    const walk = [start];
    for (let at = start, before = -1; walk.length < walkLength; ) {
      const choices = near[at] ?? [];
      if (choices.length === 0) break;
      const close = sets[before];
      const weights = choices.map((id) => {
        if (close === undefined) return 1;
        if (id === before) return 1 / returning;
        return close.has(id) ? 1 : 1 / leaving;
      });
      let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
      const chosen = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      before = at;
      at = choices.at(chosen) ?? start;
      walk.push(at);
    }
    return Uint32Array.from(walk);
  };
  return Array.from({ length: walkNumber }, () => [...near.keys()].map(walkFrom)).flat();
}

export interface EmbeddingOptions {
  readonly dim: number;
  readonly iterations: number;
  readonly random: () => number;
}

/** A neighbour in a walk is one at most this far away; how far, is drawn each time. */
const WINDOW = 3;
/** For each neighbour, this many vertices drawn from all walks must be told from it. */
const STRANGERS = 3;
const FIRST_RATE = 0.05;

/**
 * A vector for each vertex, by skip-gram with negative sampling (Mikolov et al., word2vec, NIPS 2013): vertices that have
 * the same neighbours in the walks come close to each other.
 */
export function embed(
  order: number,
  walks: readonly Uint32Array[],
  { dim, iterations, random }: EmbeddingOptions,
): readonly Float64Array[] {
  const vectors = Array.from({ length: order }, () =>
    Float64Array.from({ length: dim }, () => (random() - 0.5) / dim),
  );
  const contexts = Array.from({ length: order }, () => new Float64Array(dim));
  const drawn = walks.flatMap((walk) => [...walk]);
  const move = new Float64Array(dim);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const rate = FIRST_RATE * (1 - iteration / iterations);
    for (const walk of walks) for (const [place, id] of walk.entries()) learn(walk, id, place, rate);
  }
  return vectors;

  function learn(walk: Uint32Array, id: number, place: number, rate: number): void {
    const reach = 1 + Math.floor(random() * WINDOW);
    const vector = vectors[id] ?? move;
    for (let other = Math.max(0, place - reach); other <= Math.min(walk.length - 1, place + reach); other++) {
      if (other === place) continue;
      move.fill(0);
      pull(vector, walk[other] ?? 0, 1, rate);
      for (let turn = 0; turn < STRANGERS; turn++) {
        const stranger = drawn[Math.floor(random() * drawn.length)] ?? 0;
        if (stranger !== walk[other]) pull(vector, stranger, 0, rate);
      }
      for (let index = 0; index < dim; index++) vector[index] = (vector[index] ?? 0) + (move[index] ?? 0);
    }
  }

  /** Moves a context to the vector or away from it, and notes how the vector is to move. */
  function pull(vector: Float64Array, id: number, wanted: 0 | 1, rate: number): void {
    const context = contexts[id] ?? move;
    let product = 0;
    for (let index = 0; index < dim; index++) product += (vector[index] ?? 0) * (context[index] ?? 0);
    const step = rate * (wanted - 1 / (1 + Math.exp(-product)));
    for (let index = 0; index < dim; index++) {
      move[index] = (move[index] ?? 0) + step * (context[index] ?? 0);
      context[index] = (context[index] ?? 0) + step * (vector[index] ?? 0);
    }
  }
}
