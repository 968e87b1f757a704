import type { DirectedGraph, UndirectedGraph } from 'graphology';
import type { AirportsGraph } from './airports-graph.js';
import type { Encodable } from './encode-json.js';
import { algorithmFailure } from './ges-failure.js';
import type { JobResult } from './job-result.js';
import { listOf, type RecordList } from './record-list.js';

/**
 * One algorithm: checks its parameters, then computes. `runtime` is what the result states, in seconds; `request` holds
 * what stands beside `parameters` in the request: filters (ges_03_0076), `dynamicRange` (ges_03_0381).
 */
export type Run = (
  graph: AirportsGraph,
  parameters: unknown,
  runtime: number,
  request: Readonly<Record<string, unknown>>,
) => JobResult;

/** Records of one member each, vertex to value. */
export function keyed(rows: readonly (readonly [string, Encodable])[]): RecordList {
  return listOf(rows.map(([id, value]) => ({ [id]: value })));
}

/** The only property that the edges of the airports have; null: every edge weighs 1. */
export function weightOf(algorithm: string, property: string): 'count' | null {
  if (property === '') return null;
  if (property !== 'count') throw algorithmFailure(algorithm, 'parameter [weight] is invalid');
  return property;
}

export function readingOf(
  graph: AirportsGraph,
  isDirected: boolean,
): AirportsGraph['directed'] | AirportsGraph['undirected'] {
  return isDirected ? graph.directed : graph.undirected;
}

/** The vertices of a comma-separated parameter (`sources`, ges_03_0145), all of which must be in the graph. */
export function vertexSet(
  algorithm: string,
  graph: { readonly directed: DirectedGraph; readonly undirected: UndirectedGraph },
  parameter: string,
  text: string,
): readonly string[] {
  const ids = [...new Set(text.split(',').map((id) => id.trim()))];
  if (ids.every((id) => graph.directed.hasNode(id))) return ids;
  throw algorithmFailure(algorithm, `parameter [${parameter}] is invalid`);
}
