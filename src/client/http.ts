import { createGunzip, type Gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { RequestError } from '../errors.js';
import { Deadline } from './deadline.js';
import { createDispatcher, type NetworkOptions, networkProblem } from './dispatcher.js';
import { freeMemory } from './free-memory.js';

export interface HttpOptions {
  /** `http://host:port` or `https://…`, no path. */
  readonly origin: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** From the request to the first byte of the answer's body. */
  readonly headersTimeoutMs: number;
  /** Between two chunks of the body. */
  readonly bodyTimeoutMs: number;
  /** From the request to the last byte of the body, however steadily it comes. */
  readonly requestTimeoutMs: number;
  readonly network?: NetworkOptions | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly traceId: string | undefined;
  readonly retryAfter: string | undefined;
  /**
   * The body without its content encoding. Must be read to the end or cancelled by breaking the loop; a chunk is good
   * only until the next one is asked for.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Keep-alive connections to one origin; one request at a time on each (no pipelining: a large page would block
 * the one behind it). Redirects are never followed: the token is for this host only.
 */
export function createHttp(options: HttpOptions) {
  const { origin } = options;
  const dispatcher = createDispatcher(options);

  return {
    /** @throws RequestError `REQUEST_TIMEOUT`, `REQUEST_CONNECTION`, `TLS_UNTRUSTED`, `PROXY_REFUSED`; the signal's reason on abort */
    async send(request: HttpRequest): Promise<HttpResponse> {
      let response: Dispatcher.ResponseData;
      const deadline = new Deadline(options.requestTimeoutMs, options.origin, request.signal);
      try {
        response = await dispatcher.request({
          origin,
          method: request.method,
          path: request.path,
          headers: { 'accept-encoding': 'gzip', ...request.headers },
          body: request.body ?? null,
          signal: deadline.signal,
        });
      } catch (error) {
        deadline.clear();
        request.signal?.throwIfAborted();
        throw toRequestError(error, origin);
      }
      const { headers } = response;
      return {
        status: response.statusCode,
        header: (name) => single(headers[name]),
        traceId: single(headers['traceid'] ?? headers['x-request-id']),
        retryAfter: single(headers['retry-after']),
        body: readBody(response.body, single(headers['content-encoding']), origin, request.signal, deadline),
      };
    },
    close: () => dispatcher.destroy(),
  };
}

async function* readBody(
  body: Dispatcher.ResponseData['body'],
  stated: string | undefined,
  origin: string,
  signal: AbortSignal | undefined,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  // Names of codings are the same in any case (RFC 9110, section 8.4.1).
  const encoding = stated?.trim().toLowerCase() ?? '';
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isGzip && encoding !== '' && encoding !== 'identity') {
    // Destroyed unread, it emits an error that nobody else listens for.
    deadline.clear();
    body.on('error', () => {});
    body.destroy();
    throw new RequestError('PAGE_INVALID', `The answer has an encoding that was not asked for: "${stated}"`, {
      retryable: false,
    });
  }
  const gunzip = isGzip ? createGunzip({ chunkSize: GUNZIP_BYTES }) : null;
  try {
    if (gunzip === null) yield* freed(body);
    else {
      body.on('error', (error) => gunzip.destroy(error));
      yield* freed(withinRatio(body.pipe(gunzip)));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw toRequestError(error, origin);
  } finally {
    deadline.clear();
    gunzip?.destroy();
    body.destroy();
  }
}

/** Like the chunks that come off a socket. */
const GUNZIP_BYTES = 64 * 1024;

/**
 * The chunks; the memory of each is given back when another piece of memory has come after it, in which case nothing
 * that stood in it is still to come. It lies outside the heap, so that collections for its sake would come too late or
 * too often (docs/decisions/0005-memory.md).
 */
async function* freed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last: ArrayBufferLike | null = null;
  for await (const chunk of chunks) {
    if (last !== null && last !== chunk.buffer) freeMemory(last);
    last = chunk.buffer;
    yield chunk;
  }
}

/** JSON of records packs to a tenth, at best to a fortieth; deflate can go to a thousandth. */
const MAX_GZIP_RATIO = 200;
/** Below this any ratio will do: a small answer may be all alike, and does no harm. */
const FREE_UNPACKED_BYTES = 16 * 1024 * 1024;

/** @throws RequestError `PAGE_INVALID` when the data unpacks to far more than any result does */
async function* withinRatio(gunzip: Gunzip): AsyncGenerator<Uint8Array> {
  let unpackedBytes = 0;
  for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
    unpackedBytes += chunk.length;
    if (unpackedBytes > FREE_UNPACKED_BYTES && unpackedBytes > gunzip.bytesWritten * MAX_GZIP_RATIO) {
      throw new RequestError(
        'PAGE_INVALID',
        `The answer's gzip data unpacks to more than ${MAX_GZIP_RATIO} times its size: no result does`,
        { retryable: false },
      );
    }
    yield chunk;
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Timeouts of undici, as its documentation lists them under "Errors". */
const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

function toRequestError(error: unknown, origin: string): RequestError {
  if (error instanceof RequestError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = connectionReason(error, code);
  const problem = networkProblem(error);
  if (problem !== null) {
    return new RequestError(problem.code, `Cannot connect to ${origin}: ${reason}`, {
      retryable: problem.retryable,
      cause: error,
    });
  }
  if (TIMEOUT_CODES.has(code)) {
    return new RequestError('REQUEST_TIMEOUT', `No answer from ${origin} in time: ${reason}`, {
      retryable: true,
      isSizeFault: code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT',
      cause: error,
    });
  }
  if (code.startsWith('Z_')) {
    return new RequestError('PAGE_INVALID', `The answer's gzip data is damaged: ${reason}`, {
      retryable: true,
      cause: error,
    });
  }
  return new RequestError('REQUEST_CONNECTION', `Cannot read from ${origin}: ${reason}`, {
    retryable: true,
    cause: error,
  });
}

function connectionReason(error: unknown, code: string): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return connectionReason(error.errors[0], code);
  const message = error instanceof Error ? error.message : String(error);
  // The parser asserts what it takes for granted, such as a status line with a status.
  if (code === 'ERR_ASSERTION') return 'what came is not HTTP';
  return message === '' ? code : message;
}
