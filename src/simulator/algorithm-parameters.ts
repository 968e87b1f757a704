import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { algorithmFailure } from './ges-failure.js';

/** Ranges and defaults that the algorithm pages share. */
export const ratio = z.number().gt(0).lt(1);
export const iterations = z.number().int().min(1).max(2_147_483_647);
export const directed = z.boolean().default(true);
/** Without effect here: a run takes one thread (the pages clamp it to 1..40). */
export const threads = z.number().int().optional();
/** Name of an edge property, or empty: every edge weighs 1. */
export const weight = z.string().default('');

/** The parameters of a submission, checked; a wrong one fails the job with the words of the job list example. */
export function checkParameters<Schema extends z.ZodType>(
  algorithm: string,
  schema: Schema,
  parameters: unknown,
): z.output<Schema> {
  const checked = schema.safeParse(parameters);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
  // "parameter [source] is invalid!" (ges_03_0204)
  throw algorithmFailure(
    algorithm,
    name === undefined ? 'parameters are invalid' : `parameter [${String(name)}] is invalid`,
  );
}

/** Fails the job when a parameter names a vertex that the graph does not have. */
export function checkVertex(algorithm: string, graph: AirportsGraph, parameter: string, id: string): void {
  if (!graph.directed.hasNode(id)) throw algorithmFailure(algorithm, `parameter [${parameter}] is invalid`);
}
