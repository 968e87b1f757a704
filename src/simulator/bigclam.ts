import type { Neighbourhoods } from './graph-measures.js';

export interface BigclamOptions {
  readonly communities: number;
  /** Stop when the log-likelihood changes by less, relative to itself. */
  readonly convergence: number;
  readonly maxIterations: number;
  /** How far one step follows the gradient; less where that much would make things worse. */
  readonly learningRate: number;
}

export interface Affiliations {
  /** The communities of each vertex, from 0. */
  readonly communities: readonly (readonly number[])[];
  readonly logLikelihood: number;
}

/** How often a step that goes too far is halved before the vertex stays as it is. */
const HALVINGS = 12;
/** No affiliation may grow beyond this: the likelihood of a clique has no maximum. */
const MAX_STRENGTH = 1000;

/**
 * Overlapping communities by the cluster affiliation model (Yang and Leskovec, WSDM 2013): two vertices have an edge with
 * the probability `1 - (1 - e) exp(-F_u · F_v)`, where `F_u` tells how strongly u belongs to each community and `e` is
 * what chance gives. The strengths grow along the gradient of the likelihood, vertex by vertex, from the neighbourhoods
 * that are best separated from the rest.
 */
export function bigclam(near: Neighbourhoods, options: BigclamOptions): Affiliations {
  const chance = 1 / Math.max(2, near.length);
  // A community without a first member never gets one: there are at most as many as vertices.
  const width = Math.min(options.communities, near.length);
  const strengths = near.map(() => new Float64Array(width));
  seedsOf(near, width).forEach((seed, community) => {
    for (const id of [seed, ...(near[seed] ?? [])]) set(strengths[id], community, 1);
  });
  const sums = new Float64Array(width);
  for (const row of strengths) addTo(sums, row, 1);
  let logLikelihood = total();
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    near.forEach((_others, id) => {
      improve(id);
    });
    const next = total();
    const change = Math.abs(next - logLikelihood);
    logLikelihood = next;
    if (change < options.convergence * Math.abs(next)) break;
  }
  const member = Math.sqrt(-Math.log1p(-chance));
  const communities = strengths.map((row) => [...row.keys()].filter((index) => (row[index] ?? 0) >= member));
  return { communities, logLikelihood };

  /** Follows the gradient of one vertex, if that makes its part of the likelihood greater. */
  function improve(id: number): void {
    const row = strengths[id] ?? new Float64Array(width);
    const others = (near[id] ?? []).map((other) => strengths[other] ?? row);
    // Sum over the vertices that are no neighbours: each costs the product of the strengths.
    const strangers = sums.slice();
    for (const other of [row, ...others]) addTo(strangers, other, -1);
    const value = (of: Float64Array) =>
      others.reduce((sum, other) => sum + Math.log(edgeChance(dot(of, other))), -dot(of, strangers));
    const gradient = strangers.map((stranger) => -stranger);
    for (const other of others) {
      const likely = edgeChance(dot(row, other));
      addTo(gradient, other, (1 - likely) / likely);
    }
    const before = value(row);
    for (let step = options.learningRate, tries = 0; tries < HALVINGS; step /= 2, tries++) {
      const moved = row.map((strength, index) =>
        Math.min(MAX_STRENGTH, Math.max(0, strength + step * (gradient[index] ?? 0))),
      );
      if (value(moved) < before) continue;
      addTo(sums, row, -1);
      addTo(sums, moved, 1);
      row.set(moved);
      return;
    }
  }

  function edgeChance(product: number): number {
    return 1 - (1 - chance) * Math.exp(-product);
  }

  /** Over all pairs of vertices: a pair without an edge gives `log((1 - e) exp(-F_u · F_v))`. */
  function total(): number {
    let sum = 0;
    let edges = 0;
    strengths.forEach((row, id) => {
      sum -= (dot(row, sums) - dot(row, row)) / 2;
      for (const other of near[id] ?? []) {
        if (other < id) continue;
        const product = dot(row, strengths[other] ?? row);
        sum += Math.log(edgeChance(product)) + product;
        edges++;
      }
    });
    return sum + ((near.length * (near.length - 1)) / 2 - edges) * Math.log1p(-chance);
  }
}

/** The vertices with the best separated neighbourhoods, none next to another as long as there are such. */
function seedsOf(near: Neighbourhoods, count: number): readonly number[] {
  const ends = near.reduce((sum, others) => sum + others.length, 0);
  const conductances = near.map((others, id) => {
    const inside = new Set([id, ...others]);
    let [volume, cut] = [0, 0];
    for (const member of inside) {
      volume += near[member]?.length ?? 0;
      cut += near[member]?.filter((other) => !inside.has(other)).length ?? 0;
    }
    const smaller = Math.min(volume, ends - volume);
    return smaller === 0 ? 1 : cut / smaller;
  });
  const ids = [...near.keys()].sort((a, b) => (conductances[a] ?? 0) - (conductances[b] ?? 0));
  const apart: number[] = [];
  const covered = new Set<number>();
  for (const id of ids) {
    if (covered.has(id)) continue;
    apart.push(id);
    for (const other of [id, ...(near[id] ?? [])]) covered.add(other);
  }
  const chosen = new Set(apart);
  return [...apart, ...ids.filter((id) => !chosen.has(id))].slice(0, count);
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

function addTo(target: Float64Array, row: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++)
    target[index] = (target[index] ?? 0) + factor * (row[index] ?? 0);
}

function set(row: Float64Array | undefined, index: number, value: number): void {
  if (row !== undefined) row[index] = value;
}
