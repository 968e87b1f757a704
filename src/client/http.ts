import { createGunzip } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import { RequestError } from '../errors.js';

export interface HttpOptions {
  /** `http://host:port` or `https://…`, no path. */
  readonly origin: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** From the request to the first byte of the answer's body. */
  readonly headersTimeoutMs: number;
  /** Between two chunks of the body. */
  readonly bodyTimeoutMs: number;
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
  readonly traceId: string | undefined;
  readonly retryAfter: string | undefined;
  /** The body without its content encoding. Must be read to the end or cancelled by breaking the loop. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Keep-alive connections to one origin; one request at a time on each (no pipelining: a large page would block
 * the one behind it). Redirects are never followed: the token is for this host only.
 */
export function createHttp(options: HttpOptions) {
  const pool = new Pool(options.origin, {
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  });

  return {
    /** @throws RequestError `REQUEST_TIMEOUT`, `REQUEST_CONNECTION`; the signal's reason on abort */
    async send(request: HttpRequest): Promise<HttpResponse> {
      let response: Dispatcher.ResponseData;
      try {
        response = await pool.request({
          method: request.method,
          path: request.path,
          headers: { 'accept-encoding': 'gzip', ...request.headers },
          body: request.body ?? null,
          signal: request.signal ?? null,
        });
      } catch (error) {
        request.signal?.throwIfAborted();
        throw toRequestError(error, options.origin);
      }
      const { headers } = response;
      return {
        status: response.statusCode,
        traceId: single(headers['traceid'] ?? headers['x-request-id']),
        retryAfter: single(headers['retry-after']),
        body: readBody(response.body, single(headers['content-encoding']), options.origin, request.signal),
      };
    },
    close: () => pool.destroy(),
  };
}

async function* readBody(
  body: Dispatcher.ResponseData['body'],
  encoding: string | undefined,
  origin: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isGzip && encoding !== undefined && encoding !== 'identity') {
    // Destroyed unread, it emits an error that nobody else listens for.
    body.on('error', () => {});
    body.destroy();
    throw new RequestError(
      'PAGE_INVALID',
      `The answer has an encoding that was not asked for: "${encoding}"`,
      {
        retryable: false,
      },
    );
  }
  const gunzip = isGzip ? createGunzip() : null;
  try {
    if (gunzip === null) yield* body;
    else {
      body.on('error', (error) => gunzip.destroy(error));
      yield* body.pipe(gunzip);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw toRequestError(error, origin);
  } finally {
    gunzip?.destroy();
    body.destroy();
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
  if (TIMEOUT_CODES.has(code)) {
    return new RequestError('REQUEST_TIMEOUT', `No answer from ${origin} in time: ${reason}`, {
      retryable: true,
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
  return message === '' ? code : message;
}
