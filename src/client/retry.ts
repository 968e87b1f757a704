import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../errors.js';

/** When and how often a request is sent again. Data, not behaviour. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  readonly minDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  /** A `Retry-After` beyond this is cut to it. */
  readonly maxRetryAfterMs: number;
}

/** Waits of about 0.5, 1, 2, 4 and 8 seconds: a short restart of the graph is outlived. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 6,
  minDelayMs: 500,
  factor: 2,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 60_000,
};

export interface RetryEvent {
  readonly error: RequestError;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
}

/** What all requests of a client share: see `Pace`. */
export interface SharedPace {
  /** Makes one attempt when its turn has come. */
  attempt<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Milliseconds to wait before the attempt is repeated; null when the retries of all requests are spent. */
  retryAfter(error: RequestError, attempt: number): number | null;
}

/**
 * Sends one request until it succeeds, is refused for good, or the attempts are spent; the last error comes out.
 * The wait ends at once on abort, with the signal's reason.
 *
 * With a `pace`, every attempt waits for its turn there, and retries count against its budget. With `canShrink`
 * the caller can ask for less: an attempt that may have failed for its size is not repeated as it was.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  send: (attempt: number) => Promise<T>,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onRetry?: ((event: RetryEvent) => void) | undefined;
    readonly pace?: SharedPace | undefined;
    readonly canShrink?: boolean | undefined;
  },
): Promise<T> {
  const { signal, onRetry, pace, canShrink = false } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await (pace === undefined ? send(attempt) : pace.attempt(() => send(attempt), signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof RequestError)) throw error;
      const isShrunk = canShrink && error.isSizeFault;
      if (!isShrunk && (!error.retryable || attempt >= policy.maxAttempts)) throw error;
      const delayMs =
        pace === undefined
          ? retryDelay(policy, attempt, error.retryAfterMs)
          : pace.retryAfter(error, attempt);
      if (delayMs === null) throw spent(error);
      onRetry?.({ error, attempt, delayMs });
      if (isShrunk) throw error;
      await waitFor(delayMs, signal);
    }
  }
}

/** The last error, for good: nobody is to ask once more. */
function spent(error: RequestError): RequestError {
  return error.with({
    message: `${error.message}; more requests failed than the retries of one run make up for`,
    retryable: true,
    isSizeFault: false,
  });
}

/** Exponential, between half and all of the step, so that several requests do not come back in one wave. */
export function retryDelay(policy: RetryPolicy, attempt: number, retryAfterMs: number | null): number {
  const step = Math.min(policy.maxDelayMs, policy.minDelayMs * policy.factor ** (attempt - 1));
  const jittered = step * (0.5 + Math.random() / 2);
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, policy.maxRetryAfterMs)));
}

/** @throws the signal's reason, on abort */
export async function waitFor(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** `Retry-After` as seconds or as an HTTP date (RFC 9110, section 10.2.3), in milliseconds from now; null if neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
