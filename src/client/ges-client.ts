import { JobError, RequestError, type RequestFacts } from '../errors.js';
import { JsonObject } from '../json-value.js';
import type { DecodedBody, Window } from '../model.js';
import { withoutSecrets } from '../secret-text.js';
import { createAuthorizer } from './authorizer.js';
import { withoutMark } from './byte-order-mark.js';
import type { Credentials } from './credentials.js';
import type { NetworkOptions } from './dispatcher.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { judgeError } from './error-table.js';
import { cloudJobPath, graphPath } from './graph-paths.js';
import { hideSecrets } from './hide-secrets.js';
import { createHttp, type HttpRequest, type HttpResponse } from './http.js';
import { readJobStatus } from './job-status.js';
import { speaksOf } from './message-kind.js';
import { Pace } from './pace.js';
import { parseRetryAfter, type RetryEvent, type RetryPolicy, withRetries } from './retry.js';
import { judgeWrite } from './write-rule.js';

export interface GesClientOptions {
  /** The graph's own address, such as `http://192.168.0.10`; a path in front of `/ges/v1.0` is kept. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly graph: string;
  /** Who asks. Closed by whoever made them. */
  readonly credentials: Credentials;
  readonly network?: NetworkOptions | undefined;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly retry: RetryPolicy;
  /** Turns the bytes of a body into envelope and records, where a call brings no decoder of its own. */
  readonly decode: DecodeBody;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /**
   * Whether a list of a result stands beside its records; secrets are blotted out of it, as of everything in answers
   * that are no result.
   */
  readonly isBeside?: ((list: string) => boolean) | undefined;
}

/** Turns the bytes of a body into envelope and records. Called once an attempt. */
export type DecodeBody = (body: AsyncIterable<Uint8Array>) => Promise<DecodedBody>;

interface Reading {
  readonly decode?: DecodeBody | undefined;
  /** Whether the caller can ask for less: an attempt that may have failed for its size is not repeated as it was. */
  readonly canShrink?: boolean;
}

/** An accepted answer of the service plane. */
export interface JobAnswer {
  readonly envelope: Envelope;
  readonly body: DecodedBody;
}

/** A request that changes something on the server. */
export interface WriteCall {
  readonly method: 'POST' | 'DELETE';
  /** From the root of the server, with its query; see `graph-paths.ts`. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
}

export interface GesClient {
  /**
   * `GET …/jobs/{job_id}/status?offset=&limit=` (ges_03_0037, 0472): the state of a job and one page of its result.
   *
   * An answer that takes too long, or is too long, is asked for again only if it is a page of one record; else the
   * error says so (`isSizeFault`), and a smaller page is up to the caller.
   *
   * @throws JobError `JOB_NOT_FOUND`, `JOB_FAILED`
   * @throws RequestError `API_REJECTED`, `API_UNAUTHORIZED`, and, after the last attempt, `REQUEST_…` or `PAGE_INVALID`
   */
  readJob(jobId: string, window: Window, signal?: AbortSignal, decode?: DecodeBody): Promise<JobAnswer>;
  /** A text with every secret of the client blotted out; to be called before it is cut. */
  readonly clean: (text: string) => string;
  /** `GET …/schema` (ges_03_0027): the graph's metadata; null where the graph does not offer it. */
  readSchema(signal?: AbortSignal): Promise<DecodedBody | null>;
  /** `GET …/jobs/status?offset=&limit=` (ges_03_0204, 0471): the jobs that the engine remembers. */
  listJobs(window: Window, signal?: AbortSignal): Promise<JobAnswer>;
  /**
   * Sends what submits or cancels a job; again only where that cannot do the same twice (`judgeWrite`).
   * An abort cannot take back what was sent: it is heeded between attempts only.
   *
   * @throws RequestError as `readJob`, and `REQUEST_UNCERTAIN`
   */
  write(call: WriteCall, signal?: AbortSignal): Promise<JobAnswer>;
  /**
   * `GET /v1/{project_id}/jobs/{job_id}` (BMS and SDRS, page "Querying Job Status"): a job and its sub-jobs.
   * A job that failed is an answer like any other.
   *
   * @throws RequestError as `readJob`
   */
  readCloudJob(jobId: string, signal?: AbortSignal): Promise<JobAnswer>;
  close(): Promise<void>;
}

/** What one call asks for, and how its answer is to be read. */
interface Call extends Reading {
  readonly kind: 'job' | 'graph' | 'write' | 'cloud-job';
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly body?: string | undefined;
  readonly window?: Window | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The call is unknown, or says of a graph that it has no schema as if there were no graph (GES.8003, ges_03_0027). */
const SCHEMA_REFUSALS: ReadonlySet<string> = new Set(['API_REJECTED', 'GRAPH_NOT_FOUND']);

/** @throws TypeError when `endpoint` is not an HTTP address */
export function createGesClient(options: GesClientOptions): GesClient {
  const base = new URL(options.endpoint);
  const http = createHttp({ ...options, origin: base.origin });
  const authorize = createAuthorizer(options.credentials);
  const pace = new Pace(options.retry, options.connections);
  const prefix = base.pathname.replace(/\/+$/, '');
  const root = graphPath(options);
  const clean = (text: string) => withoutSecrets(text, options.credentials.secrets());

  return {
    clean,
    readJob: (jobId, window, signal, decode) =>
      get('job', `/jobs/${encodeURIComponent(jobId)}/status?${pageQuery(window)}`, window, signal, {
        decode,
        canShrink: window.limit > 1,
      }),
    async readSchema(signal) {
      try {
        return (await get('graph', '/schema', undefined, signal)).body;
      } catch (error) {
        // An edition without this call must not stand in the way of an export: samples decide the types then.
        const isRefused = error instanceof RequestError && SCHEMA_REFUSALS.has(error.code);
        if (isRefused) return null;
        throw error;
      }
    },
    listJobs: (window, signal) => get('graph', `/jobs/status?${pageQuery(window)}`, window, signal),
    write: (call, signal) =>
      send({ kind: 'write', ...call }, () => {
        signal?.throwIfAborted();
      }),
    readCloudJob: (jobId, signal) =>
      send({ kind: 'cloud-job', method: 'GET', path: cloudJobPath(options.projectId, jobId), signal }),
    close: () => http.close(),
  };

  function get(
    kind: Call['kind'],
    path: string,
    window: Window | undefined,
    signal: AbortSignal | undefined,
    reading: Reading = {},
  ): Promise<JobAnswer> {
    return send({ kind, method: 'GET', path: `${root}${path}`, window, signal, ...reading });
  }

  /** @param beforeSend throws where the request is not to go out any more */
  async function send(call: Call, beforeSend: () => void = () => {}): Promise<JobAnswer> {
    const { method, body, window, signal, canShrink } = call;
    const request = { method, path: `${prefix}${call.path}`, headers: HEADERS, body, signal };
    return withRetries(
      options.retry,
      (attempt) =>
        authorize(request, async (authorized) => {
          beforeSend();
          try {
            const response = await http.send(authorized);
            return await readAnswer(call, response, { window, attempt, traceId: response.traceId });
          } catch (error) {
            signal?.throwIfAborted();
            const failure = withFacts(error, { window, attempt });
            // Judged before the token: what may have taken effect is not sent again with a fresh one either.
            throw call.kind === 'write' && failure instanceof RequestError ? judgeWrite(failure) : failure;
          }
        }),
      { signal, onRetry: options.onRetry, pace, canShrink },
    );
  }

  async function readAnswer(call: Call, response: HttpResponse, facts: RequestFacts): Promise<JobAnswer> {
    const known = { ...facts, httpStatus: response.status };
    const retryAfterMs = parseRetryAfter(response.retryAfter, Date.now());
    let body: DecodedBody;
    let envelope: Envelope;
    try {
      const read = await (call.decode ?? options.decode)(withoutMark(response.body));
      body = hideSecrets(read, clean, (list) => call.kind !== 'job' || options.isBeside?.(list) === true);
      envelope = readEnvelope(body.envelope, { listed: firstListedError(body), clean });
    } catch (error) {
      // Whatever stands in the body of a refusal (HTML of a proxy, nothing), the status says enough; but with 400 GES
      // answers to a refused token, a busy graph and a failed job alike: words that were cut say nothing yet.
      const hasBegun = error instanceof RequestError && error.details['byteOffset'] !== 0;
      const isDamaged = response.status === 400 && call.kind === 'job' && hasBegun;
      const saysEnough = response.status >= 300 && !isDamaged;
      if (!saysEnough || !(error instanceof RequestError) || error.code !== 'PAGE_INVALID')
        throw withFacts(error, known);
      throw refusal(call, known, null, null, null, retryAfterMs);
    }
    const { errorCode, errorMessage, status, statusWord, hasFailed } = envelope;
    // The status of a cloud job, with its error code, is what was asked for.
    if (call.kind === 'cloud-job' && response.status < 300 && statusWord !== null) return { envelope, body };
    // So is what a job left that failed in part, for whatever reason.
    if (call.kind === 'job' && response.status < 300 && status === 'partial') return { envelope, body };
    const jobFailed = call.kind === 'job' && statusWord !== null && status === 'failed';
    if (response.status >= 300 || errorCode !== null || hasFailed || jobFailed) {
      throw refusal(call, known, errorCode, errorMessage, jobFailed ? envelope : null, retryAfterMs);
    }
    return { envelope, body };
  }
}

/**
 * Cypher and GQL answer `{results: [], errors: [{code, message}]}` (ges_03_0336). Beside `data`, `errors` is taken
 * for the same where it stands beside rows of Cypher, or where its elements have both members.
 */
function firstListedError({ envelope, lists }: DecodedBody): JsonObject | undefined {
  const isCypher = lists.some((list) => list.key === 'results' || list.key === 'columns');
  const isSure = isCypher || envelope.get('data') === undefined;
  for (const list of lists) {
    if (list.key !== 'errors') continue;
    for (const [first] of list.batches())
      return first instanceof JsonObject && (isSure || isListedError(first)) ? first : undefined;
  }
  return undefined;
}

function isListedError(first: JsonObject): boolean {
  return typeof first.get('code') === 'string' && typeof first.get('message') === 'string';
}

/** "Content Too Large" and "Gateway Timeout" (RFC 9110, sections 15.5.14 and 15.6.5). */
const SIZE_STATUSES: ReadonlySet<number> = new Set([413, 504]);

/** @param failed what the answer says of a job that failed itself; null where the call did */
function refusal(
  call: Call,
  facts: RequestFacts & { readonly httpStatus: number },
  gesErrorCode: string | null,
  gesErrorMessage: string | null,
  failed: Pick<Envelope, 'statusWord' | 'hasFailed'> | null,
  retryAfterMs: number | null,
): RequestError {
  const isStated =
    failed !== null && (failed.hasFailed || readJobStatus(failed.statusWord, false) === 'failed');
  const verdict = judgeError(facts.httpStatus, gesErrorCode, gesErrorMessage, failed !== null, isStated);
  const said = [gesErrorCode, gesErrorMessage === null ? null : `"${gesErrorMessage}"`].filter(
    (part) => part !== null,
  );
  const answer =
    said.length > 0 ? `${said.join(' ')} (HTTP ${facts.httpStatus})` : `HTTP ${facts.httpStatus}`;
  const where = facts.window === undefined ? '' : ` at offset ${facts.window.offset}`;
  const who = call.kind === 'cloud-job' ? 'The service' : 'GES';
  const isJob = verdict.code === 'JOB_FAILED' || verdict.code === 'JOB_NOT_FOUND';
  const isUnexplained = said.length === 0 && failed !== null;
  const reason = isUnexplained
    ? `status "${failed.statusWord}" for a job that failed, and no reason (${answer})`
    : answer;
  const message = isJob ? `${who} answered ${reason}` : `${who} refused the request${where}: ${answer}`;
  const ErrorClass = isJob ? JobError : RequestError;
  return new ErrorClass(verdict.code, message, {
    facts: {
      ...facts,
      gesErrorCode: gesErrorCode ?? undefined,
      gesErrorMessage: gesErrorMessage ?? undefined,
    },
    retryable: verdict.retry,
    retryAfterMs: retryAfterMs ?? verdict.waitMs,
    wantsNewToken: verdict.newToken,
    isSizeFault: verdict.retry && SIZE_STATUSES.has(facts.httpStatus),
    isPastEnd: verdict.code === 'API_REJECTED' && speaksOf('past-end', gesErrorMessage ?? ''),
    action:
      isUnexplained && isJob
        ? 'Look for its reason with "jobs show", then submit the job again'
        : verdict.action,
  });
}

/** Adds what only the sender of the request knows to an error from below. */
function withFacts(error: unknown, facts: RequestFacts): unknown {
  if (!(error instanceof RequestError) || error.facts.attempt !== undefined) return error;
  const where =
    facts.window === undefined ? '' : ` (offset ${facts.window.offset}, attempt ${facts.attempt})`;
  return error.with({ message: `${error.message}${where}`, facts });
}

function pageQuery(window: Window): string {
  return `offset=${window.offset}&limit=${window.limit}`;
}

/** Headers of the service plane (ges_03_0121). `en-us` keeps the messages in the language of the error table. */
const HEADERS = {
  'content-type': 'application/json',
  'x-language': 'en-us',
  'user-agent': 'ges-export',
};
