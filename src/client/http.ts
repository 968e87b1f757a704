import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { RequestError } from '../errors.js';
import type { ChunkQueue } from './chunk-queue.js';
import { Deadline } from './deadline.js';
import { createDispatcher, type NetworkOptions, networkProblem } from './dispatcher.js';
import { exchange } from './exchange.js';
import { ChunkMemory } from './free-memory.js';

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
      const deadline = new Deadline(options.requestTimeoutMs, options.origin, request.signal);
      const toError = (error: unknown) =>
        request.signal?.aborted === true ? request.signal.reason : toRequestError(error, origin);
      const { status, headers, body } = await exchange(
        dispatcher,
        {
          origin,
          method: request.method,
          path: request.path,
          headers: { 'accept-encoding': 'gzip', ...request.headers },
          body: request.body ?? null,
        },
        deadline.signal,
        { toError, onEnd: () => deadline.clear() },
      );
      return {
        status,
        header: (name) => single(headers[name]),
        traceId: single(headers['traceid'] ?? headers['x-request-id']),
        retryAfter: single(headers['retry-after']),
        body: decoded(body, single(headers['content-encoding']), toError),
      };
    },
    close: () => dispatcher.destroy(),
  };
}

/** The body without its content encoding; names of codings are the same in any case (RFC 9110, section 8.4.1). */
function decoded(
  body: ChunkQueue,
  stated: string | undefined,
  toError: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  const encoding = stated?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return body;
  return encoding === 'gzip' || encoding === 'x-gzip' ? unpacked(body, toError) : refused(body, stated);
}

// biome-ignore lint/correctness/useYield: to be read like any other body
async function* refused(body: ChunkQueue, encoding: string | undefined): AsyncGenerator<Uint8Array> {
  await body.return();
  throw new RequestError('PAGE_INVALID', `The answer has an encoding that was not asked for: "${encoding}"`, {
    retryable: false,
  });
}

async function* unpacked(body: ChunkQueue, toError: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  // What unpacks keeps chunks for later.
  body.keepsMemory = true;
  const packed = Readable.from(body, { objectMode: false });
  const gunzip = packed.pipe(createGunzip({ chunkSize: GUNZIP_BYTES }));
  packed.on('error', (error) => gunzip.destroy(error));
  try {
    yield* withinRatio(gunzip);
  } catch (error) {
    throw toError(error);
  } finally {
    gunzip.destroy();
    packed.destroy();
  }
}

/** Like the chunks that come off a socket. */
const GUNZIP_BYTES = 64 * 1024;

/** JSON of records packs to a tenth, at best to a fortieth; deflate can go to a thousandth. */
const MAX_GZIP_RATIO = 200;
/** Below this any ratio will do: a small answer may be all alike, and does no harm. */
const FREE_UNPACKED_BYTES = 16 * 1024 * 1024;

/**
 * The unpacked chunks; each is good until the next one is asked for.
 *
 * @throws RequestError `PAGE_INVALID` when the data unpacks to far more than any result does
 */
async function* withinRatio(gunzip: Gunzip): AsyncGenerator<Uint8Array> {
  const memory = new ChunkMemory();
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
    memory.moveTo(chunk);
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
