import { JobError, RequestError, type RequestFacts } from '../errors.js';
import { JsonObject } from '../json-value.js';
import type { DecodedBody, Window } from '../model.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { judgeError } from './error-table.js';
import { createHttp, type HttpRequest, type HttpResponse } from './http.js';
import { parseRetryAfter, type RetryEvent, type RetryPolicy, withRetries } from './retry.js';

export interface GesClientOptions {
  /** The graph's own address, such as `http://192.168.0.10`; a path in front of `/ges/v1.0` is kept. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly graph: string;
  /** Called before each request; `renew` asks to replace the token that was just refused, where that is possible. */
  readonly token: (renew: boolean) => Promise<string>;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly retry: RetryPolicy;
  /** Turns the bytes of a body into envelope and records. */
  readonly decode: (body: AsyncIterable<Uint8Array>) => Promise<DecodedBody>;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

/** An accepted answer of the service plane. */
export interface JobAnswer {
  readonly envelope: Envelope;
  readonly body: DecodedBody;
}

export interface GesClient {
  /**
   * `GET …/jobs/{job_id}/status?offset=&limit=` (ges_03_0037, 0472): the state of a job and one page of its result.
   *
   * @throws JobError `JOB_NOT_FOUND`, `JOB_FAILED`
   * @throws RequestError `API_REJECTED`, `API_UNAUTHORIZED`, and, after the last attempt, `REQUEST_…` or `PAGE_INVALID`
   */
  readJob(jobId: string, window: Window, signal?: AbortSignal): Promise<JobAnswer>;
  /** `GET …/schema` (ges_03_0027): the graph's metadata; null where the graph does not offer it. */
  readSchema(signal?: AbortSignal): Promise<DecodedBody | null>;
  /** `GET …/jobs/status?offset=&limit=` (ges_03_0204, 0471): the jobs that the engine remembers. */
  listJobs(window: Window, signal?: AbortSignal): Promise<JobAnswer>;
  close(): Promise<void>;
}

/** @throws TypeError when `endpoint` is not an HTTP address */
export function createGesClient(options: GesClientOptions): GesClient {
  const base = new URL(options.endpoint);
  const http = createHttp({ ...options, origin: base.origin });
  const root = `${base.pathname.replace(/\/+$/, '')}/ges/v1.0/${encodeURIComponent(options.projectId)}/graphs/${encodeURIComponent(options.graph)}`;

  return {
    readJob: (jobId, window, signal) =>
      get(`/jobs/${encodeURIComponent(jobId)}/status?${pageQuery(window)}`, window, signal),
    async readSchema(signal) {
      try {
        return (await get('/schema', undefined, signal)).body;
      } catch (error) {
        // An edition without this call must not stand in the way of an export: samples decide the types then.
        if (error instanceof RequestError && error.code === 'API_REJECTED') return null;
        throw error;
      }
    },
    listJobs: (window, signal) => get(`/jobs/status?${pageQuery(window)}`, window, signal),
    close: () => http.close(),
  };

  async function get(
    path: string,
    window: Window | undefined,
    signal: AbortSignal | undefined,
  ): Promise<JobAnswer> {
    return withRetries(
      options.retry,
      async (attempt) => {
        const token = await options.token(false);
        const request: HttpRequest = {
          method: 'GET',
          path: `${root}${path}`,
          headers: headersWith(token),
          signal,
        };
        try {
          const response = await http.send(request);
          return await readAnswer(response, { window, attempt, traceId: response.traceId });
        } catch (error) {
          signal?.throwIfAborted();
          const failure = withFacts(error, { window, attempt });
          if (!(failure instanceof RequestError) || failure.code !== 'API_UNAUTHORIZED') throw failure;
          // The same token again would be refused again; another one is worth an attempt.
          const isRenewed = (await options.token(true)) !== token;
          throw new RequestError(failure.code, failure.message, {
            facts: failure.facts,
            retryable: isRenewed,
          });
        }
      },
      { signal, onRetry: options.onRetry },
    );
  }

  async function readAnswer(response: HttpResponse, facts: RequestFacts): Promise<JobAnswer> {
    const known = { ...facts, httpStatus: response.status };
    const retryAfterMs = parseRetryAfter(response.retryAfter, Date.now());
    let body: DecodedBody;
    let envelope: Envelope;
    try {
      body = await options.decode(response.body);
      envelope = readEnvelope(body.envelope, firstListedError(body));
    } catch (error) {
      // Whatever stands in the body of a refusal (HTML of a proxy, nothing), the status says enough.
      if (response.status < 300 || !(error instanceof RequestError) || error.code !== 'PAGE_INVALID')
        throw withFacts(error, known);
      throw refusal(known, null, null, false, retryAfterMs);
    }
    const { errorCode, errorMessage, status, statusWord, hasFailed } = envelope;
    const jobFailed = statusWord !== null && status === 'failed';
    if (response.status >= 300 || errorCode !== null || hasFailed || jobFailed) {
      throw refusal(known, errorCode, errorMessage, jobFailed, retryAfterMs);
    }
    return { envelope, body };
  }
}

/** Cypher and GQL answer `{results: [], errors: [{code, message}]}` (ges_03_0336); results of jobs have `data`. */
function firstListedError({ envelope, lists }: DecodedBody): JsonObject | undefined {
  if (envelope.get('data') !== undefined) return undefined;
  for (const list of lists) {
    if (list.key !== 'errors') continue;
    for (const [first] of list.batches()) return first instanceof JsonObject ? first : undefined;
  }
  return undefined;
}

function refusal(
  facts: RequestFacts & { readonly httpStatus: number },
  gesErrorCode: string | null,
  gesErrorMessage: string | null,
  jobFailed: boolean,
  retryAfterMs: number | null,
): RequestError {
  const verdict = judgeError(facts.httpStatus, gesErrorCode, gesErrorMessage, jobFailed);
  const said = [gesErrorCode, gesErrorMessage === null ? null : `"${gesErrorMessage}"`].filter(
    (part) => part !== null,
  );
  const answer =
    said.length > 0 ? `${said.join(' ')} (HTTP ${facts.httpStatus})` : `HTTP ${facts.httpStatus}`;
  const where = facts.window === undefined ? '' : ` at offset ${facts.window.offset}`;
  const isJob = verdict.code === 'JOB_FAILED' || verdict.code === 'JOB_NOT_FOUND';
  const message = isJob ? `GES answered ${answer}` : `GES refused the request${where}: ${answer}`;
  const ErrorClass = isJob ? JobError : RequestError;
  return new ErrorClass(verdict.code, message, {
    facts: {
      ...facts,
      gesErrorCode: gesErrorCode ?? undefined,
      gesErrorMessage: gesErrorMessage ?? undefined,
    },
    retryable: verdict.retry === 'yes',
    retryAfterMs,
  });
}

/** Adds what only the sender of the request knows to an error from below. */
function withFacts(error: unknown, facts: RequestFacts): unknown {
  if (!(error instanceof RequestError) || error.facts.attempt !== undefined) return error;
  const { code, message, retryable, retryAfterMs, cause, details } = error;
  const where =
    facts.window === undefined ? '' : ` (offset ${facts.window.offset}, attempt ${facts.attempt})`;
  const ErrorClass = error.constructor as typeof RequestError;
  return new ErrorClass(code, `${message}${where}`, { facts, retryable, retryAfterMs, cause, details });
}

function pageQuery(window: Window): string {
  return `offset=${window.offset}&limit=${window.limit}`;
}

/** Headers of the service plane (ges_03_0121). `en-us` keeps the messages in the language of the error table. */
function headersWith(token: string): Record<string, string> {
  return {
    'x-auth-token': token,
    'content-type': 'application/json',
    'x-language': 'en-us',
    'user-agent': 'ges-export',
  };
}
