import { ConfigError, PageError } from '../errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../json-value.js';
import type { DecodedBody } from '../model.js';
import type { WriteCall } from './ges-client.js';
import { algorithmPath, type GraphAddress, isQueryName, type QueryName, queryPath } from './graph-paths.js';

/** What is submitted, as a user gives it. */
export interface Submission {
  /** `algorithmName`, or the name of a query (`QUERIES`). */
  readonly name: string;
  /** Members of `parameters`; they win over those of `body`. */
  readonly parameters: JsonObject;
  /** The whole request body, or what stands in it beside the parameters; null for none. */
  readonly body: JsonObject | null;
  /** `data_id`, which HyG requires in the Abu Dhabi region (ges_03_0444 of that region); sent in the body. */
  readonly dataId?: string | undefined;
}

export interface SubmittedJob {
  readonly jobId: string;
  /** As the server wrote it; its numbers are documented nowhere. Null where it says none. */
  readonly jobType: string | null;
}

/**
 * The request that submits an asynchronous job.
 *
 * @throws ConfigError `CONFIG_CONFLICT` for what gives no job, or no single one
 */
export function submitCall(address: GraphAddress, submission: Submission): WriteCall {
  const { name, parameters, dataId } = submission;
  if (dataId !== undefined && address.edition !== 'hyg')
    throw conflict('--data-id belongs to a HyG algorithm: add --edition hyg');
  if (!isQueryName(name)) {
    const body = algorithmBody(submission, address.edition === 'hyg');
    return { method: 'POST', path: algorithmPath(address, name), body: stringifyJson(body) };
  }
  if (address.edition === 'hyg') throw conflict(`HyG runs algorithms only, not ${name}`);
  if (parameters.keys.length > 0) throw conflict(`--param belongs to an algorithm; ${name} takes a --body`);
  if (submission.body === null) throw conflict(`${name} needs the request as JSON: give --body`);
  const body = queryBody(name, submission.body);
  return { method: 'POST', path: queryPath(address, name), body: stringifyJson(body) };
}

/** `algorithmName`, `parameters` and what else the body holds: `executionMode`, filters (ges_03_0076), `output` (0446). */
function algorithmBody({ name, parameters, body, dataId }: Submission, isHyg: boolean): JsonObject {
  const given = body ?? new JsonObject([], []);
  const named = given.get('algorithmName');
  if (named !== undefined && named !== name)
    throw conflict(`The body is for the algorithm ${stringifyJson(named)}, not for "${name}"`);
  const inBody = given.get('parameters') ?? new JsonObject([], []);
  if (!(inBody instanceof JsonObject)) throw conflict('"parameters" of the body is no JSON object');
  refuseSync(given, '');
  if (isHyg) refuseHiddenOutput(given);
  const members = new JsonObject(['algorithmName', 'parameters'], [name, overlay(inBody, parameters)]);
  const rest = overlay(given, members);
  return dataId === undefined ? rest : overlay(rest, new JsonObject(['data_id'], [dataId]));
}

/**
 * Vertex and edge queries are asynchronous (ges_03_0023, 0024); Filtered-query, Cypher and GQL are not unless the
 * body says so (ges_03_0175, 0331, 0336), and then they give no job.
 */
function queryBody(query: QueryName, body: JsonObject): JsonObject {
  const async = new JsonObject(['executionMode'], ['async']);
  if (query === 'vertex-query' || query === 'edge-query') return body;
  if (query === 'filtered-query' || query === 'path-query') {
    refuseSync(body, '');
    return overlay(body, async);
  }
  const statements = body.get('statements');
  const [statement] = isJsonArray(statements) ? statements : [];
  if (!isJsonArray(statements) || statements.length !== 1 || !(statement instanceof JsonObject))
    throw conflict(`${query} needs one statement in "statements": each one gives a job of its own`);
  refuseSync(statement, ' of the statement');
  return overlay(body, new JsonObject(['statements'], [[overlay(statement, async)]]));
}

function refuseSync(body: JsonObject, where: string): void {
  const mode = body.get('executionMode');
  if (mode === undefined || mode === 'async') return;
  throw conflict(`"executionMode"${where} is ${stringifyJson(mode)}: only "async" gives a job`);
}

/** TXT and FULL are written to the disk of a node, where only export-result to OBS finds them (ges_03_0446, 0530). */
function refuseHiddenOutput(body: JsonObject): void {
  const output = body.get('output');
  if (!(output instanceof JsonObject)) return;
  for (const [member, readable] of [
    ['format', 'JSON'],
    ['mode', 'TRUNCATED'],
  ] as const) {
    const value = output.get(member);
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && value.toUpperCase() === readable) continue;
    throw conflict(
      `"output.${member}" is ${stringifyJson(value)}: such a result cannot be read, only dumped to OBS`,
    );
  }
}

/** The members of both; those of `over` win, in the place of those that they replace. */
function overlay(under: JsonObject, over: JsonObject): JsonObject {
  const added = over.keys.filter((key) => under.get(key) === undefined);
  const keys = [...new Set(under.keys), ...added];
  return new JsonObject(
    keys,
    keys.map((key) => over.get(key) ?? under.get(key) ?? null),
  );
}

/**
 * The job in the answer to a submit: `jobId` in every example, `job_id` in some tables (ges_03_0030), and
 * `results[0].jobId` for Cypher and GQL (ges_03_0336).
 *
 * @throws PageError `REQUEST_UNCERTAIN` when it names none
 */
export function readSubmittedJob({ envelope, lists }: DecodedBody): SubmittedJob {
  const [result] = lists.find((list) => list.key === 'results')?.batches() ?? [];
  const [first] = result ?? [];
  for (const source of [envelope, first]) {
    if (!(source instanceof JsonObject)) continue;
    const jobId = text(source.get('jobId')) ?? text(source.get('job_id'));
    if (jobId !== null) return { jobId, jobType: text(source.get('jobType') ?? source.get('job_type')) };
  }
  throw new PageError(
    'REQUEST_UNCERTAIN',
    `GES accepted the request and named no job: ${stringifyJson(envelope).slice(0, 200)}`,
    { retryable: false },
  );
}

function text(value: JsonValue | undefined): string | null {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' && value !== '' ? value : null;
}

function conflict(message: string): ConfigError {
  return new ConfigError('CONFIG_CONFLICT', message);
}
