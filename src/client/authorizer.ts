import { RequestError } from '../errors.js';
import { hideInError } from '../secret-text.js';
import type { Credentials } from './credentials.js';
import type { HttpRequest } from './http.js';

/** Sends a request with the headers that prove who asks. */
export type Authorizer = <T>(
  request: HttpRequest,
  send: (authorized: HttpRequest) => Promise<T>,
) => Promise<T>;

/**
 * A request whose token is refused is sent once more with a fresh one, as part of the same attempt. If that is refused
 * too, it is final, unless the graph has taken these credentials before: then tokens die early, and a later attempt
 * may live.
 *
 * No error that comes out repeats a secret, whatever the server wrote.
 */
export function createAuthorizer(credentials: Credentials): Authorizer {
  let wasAccepted = false;

  return async (request, send) => {
    try {
      return await sendAuthorized(request, send);
    } catch (error) {
      throw cleaned(error, credentials);
    }
  };

  async function sendAuthorized<T>(
    request: HttpRequest,
    send: (authorized: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const { signal, headers } = request;
    for (let isRenewed = false; ; isRenewed = true) {
      const proof = await unlessAborted(() => credentials.prove(request), signal);
      try {
        const answer = await send({ ...request, headers: { ...headers, ...proof } });
        wasAccepted = true;
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof RequestError) || !error.wantsNewToken) throw error;
        if (isRenewed)
          throw wasAccepted && error.code === 'API_UNAUTHORIZED' ? error.with({ retryable: true }) : error;
        if (!(await unlessAborted(() => credentials.renew(proof), signal))) throw error;
      }
    }
  }
}

/** A renewal serves all requests and is not stopped by one of them; the request itself stops at once. */
async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function cleaned(error: unknown, { secrets, advice }: Credentials): unknown {
  hideInError(error, secrets());
  const isRefused = error instanceof RequestError && error.code === 'API_UNAUTHORIZED';
  return isRefused && advice !== undefined ? error.with({ action: advice }) : error;
}
