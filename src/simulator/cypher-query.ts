import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { airportVertices, type VertexRecord } from './elements.js';
import type { Encodable } from './encode-json.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure } from './ges-failure.js';
import type { JobPlan } from './job.js';
import { readJson } from './read-json.js';

const request = z.object({
  statements: z
    .array(
      z.object({
        statement: z.string(),
        executionMode: z.enum(['sync', 'async']).default('sync'),
        limit: z.number().int().min(1).default(100_000),
      }),
    )
    .length(1),
});

/** `match (n:label) return …`, optionally with `limit`: all of Cypher that is spoken here. */
const STATEMENT =
  /^match\s*\(\s*(\w+)\s*(?::\s*`?(\w+)`?\s*)?\)\s*return\s+(.+?)(?:\s+limit\s+(\d{1,9}))?\s*;?$/is;
const ITEM = /^(?:id\(\s*(\w+)\s*\)|(\w+)(?:\.(?:(\w+)|`([^`]+)`))?)(?:\s+as\s+(\w+))?$/i;

/** An answer, or the job of an asynchronous query; `rows` is what the job holds then. */
export type CypherAnswer =
  | { readonly result: Encodable }
  | { readonly job: JobPlan; answer(jobId: string): Encodable };

/**
 * "Executing a Cypher Query" (ges_03_0336, 0474) and "a GQL Query" (ges_03_0567): vertices of one label, or of all, as
 * such, by ID and by property. Any other statement is refused, in the envelope of the page. The job of an asynchronous
 * query, whose body is documented nowhere, holds what the synchronous answer does.
 *
 * @throws GesFailure GES.8000
 */
export function answerCypher(graph: AirportsGraph, taskType: string, body: string): CypherAnswer {
  const checked = request.safeParse(readJson(body));
  const [given] = checked.success ? checked.data.statements : [];
  if (given === undefined) throw refused('one statement is needed');
  const result = run(graph, given.statement, given.executionMode === 'async' ? given.limit : null);
  const members = { results: [result], errors: [] };
  if (given.executionMode === 'sync') return { result: members };
  const outcome = () => ({ status: 'success', result: { kind: 'body', members } }) as const;
  return { job: { taskType, rawRequest: body, outcome }, answer: submitted };
}

/** The example of an asynchronous query on ges_03_0336: the job stands in the row and beside it. */
function submitted(jobId: string): Encodable {
  const data = [{ row: [jobId, 1], meta: [null, null] }];
  return { results: [{ columns: ['jobId', 'jobType'], jobId, jobType: 1, data }], errors: [] };
}

function run(graph: AirportsGraph, statement: string, cap: number | null): Encodable {
  const match = STATEMENT.exec(statement.trim());
  const [, name = '', label, wanted = '', limit] = match ?? [];
  if (match === null) throw refused(`not supported here: ${statement}`);
  const items = wanted.split(',').map((text) => readItem(text.trim(), name));
  const most = Math.min(Number(limit ?? Number.POSITIVE_INFINITY), cap ?? Number.POSITIVE_INFINITY);
  const found = airportVertices(graph).filter((vertex) => label === undefined || vertex.label === label);
  return {
    columns: items.map((item) => item.column),
    data: found.slice(0, most).map((vertex) => ({
      row: items.map((item) => item.read(vertex)),
      meta: items.map((item) =>
        item.isWhole ? { id: vertex.id, type: 'node', labels: [vertex.label] } : null,
      ),
    })),
  };
}

interface Item {
  readonly column: string;
  readonly isWhole: boolean;
  /** Properties are plain values in rows, not lists (ges_03_0336). */
  read(vertex: VertexRecord): Encodable;
}

function readItem(text: string, name: string): Item {
  const match = ITEM.exec(text);
  const [, ofId, whole, plain, quoted, alias] = match ?? [];
  if (match === null || (ofId ?? whole) !== name) throw refused(`not supported here: return ${text}`);
  const column = alias ?? (ofId === undefined ? text : `id(${name})`);
  if (ofId !== undefined) return { column, isWhole: false, read: (vertex) => vertex.id };
  const property = plain ?? quoted;
  if (property !== undefined)
    return { column, isWhole: false, read: (vertex) => vertex.properties[property]?.[0] ?? null };
  const plainValues = (vertex: VertexRecord) =>
    Object.fromEntries(Object.entries(vertex.properties).map(([key, values]) => [key, values[0] ?? null]));
  return { column, isWhole: true, read: plainValues };
}

function refused(reason: string): GesFailure {
  return new GesFailure(400, ERROR_ENVELOPES.cypher('GES.8000', reason));
}
