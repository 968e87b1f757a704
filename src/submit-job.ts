import { readSubmittedJob, type Submission, type SubmittedJob, submitCall } from './client/submission.js';
import { type CallOptions, type ResolvedCall, resolveCall } from './config/options.js';
import { connect } from './connect.js';
import { parseText } from './decode/reference/parse-text.js';
import { ConfigError } from './errors.js';
import { JsonObject } from './json-value.js';

export interface SubmitOptions extends CallOptions {
  /** Such as `pagerank`; or `vertex-query`, `edge-query`, `filtered-query`, `path-query`, `cypher-query`, `gql-query`. */
  readonly algorithm: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The request of a query; what stands beside the parameters of an algorithm (`executionMode`, filters). */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly dataId?: string;
}

/**
 * Submits an asynchronous job and gives its ID at once.
 *
 * The request is sent again only where that cannot start a second job (`REQUEST_UNCERTAIN` where that is not
 * known).
 *
 * @throws GesExportError
 *
 * @example
 * const { jobId } = await submitJob({ endpoint, projectId, graph, token, algorithm: 'pagerank', parameters: { alpha: 0.85 } });
 * await exportJob({ endpoint, projectId, graph, token, jobId, out: 'ranks' });
 */
export async function submitJob(options: SubmitOptions): Promise<SubmittedJob> {
  const { algorithm, parameters, body, dataId, ...call } = options;
  return await sendSubmission(resolveCall(call), {
    name: algorithm,
    parameters: toJsonObject(parameters ?? {}),
    body: body === undefined ? null : toJsonObject(body),
    dataId,
  });
}

/** @throws GesExportError */
export async function sendSubmission(
  call: ResolvedCall,
  submission: Submission,
  signal?: AbortSignal,
): Promise<SubmittedJob> {
  const request = submitCall(call, submission);
  const client = connect(call, 1);
  try {
    const { body } = await client.write(request, signal);
    return readSubmittedJob(body);
  } finally {
    await client.close();
  }
}

function toJsonObject(members: Readonly<Record<string, unknown>>): JsonObject {
  const value = parseText(JSON.stringify(members));
  if (value instanceof JsonObject) return value;
  throw new ConfigError('CONFIG_INVALID', 'parameters and body must be objects');
}
