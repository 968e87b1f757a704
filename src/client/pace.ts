import pLimit from 'p-limit';
import type { RequestError } from '../errors.js';
import { type RetryPolicy, retryDelay, type SharedPace, waitFor } from './retry.js';

/** A client may retry this many times as often as one request may be attempted, and once more for each answer. */
const BUDGET_REQUESTS = 20;

/**
 * How fast the requests of one client follow each other; one for all of them.
 *
 * At most `concurrency` attempts are on their way. A sign of overload (429, 5xx, a passing GES error, a timeout)
 * halves that number, once for all attempts that were on their way then, and a whole round of answers adds one
 * again (additive increase, multiplicative decrease: Chiu and Jain 1989). After such a sign nothing is sent
 * until one pause is over, which is the same for all and doubles while no answer comes.
 *
 * Retries have a budget, so that a server that fails more often than it answers ends an export, however many
 * requests it has.
 */
export class Pace implements SharedPace {
  readonly #policy: RetryPolicy;
  readonly #most: number;
  readonly #mostRetries: number;
  readonly #limit: ReturnType<typeof pLimit>;
  /** Rises with every cut; attempts of an earlier round say nothing new. */
  #round = 0;
  #answersSinceChange = 0;
  /** Cuts since the last answer. */
  #cutsInRow = 0;
  #pausedUntil = 0;
  #retriesLeft: number;

  constructor(policy: RetryPolicy, concurrency: number) {
    this.#policy = policy;
    this.#most = concurrency;
    this.#limit = pLimit(concurrency);
    this.#mostRetries = policy.maxAttempts * BUDGET_REQUESTS;
    this.#retriesLeft = this.#mostRetries;
  }

  /** Attempts that may be on their way now. */
  get concurrency(): number {
    return this.#limit.concurrency;
  }

  /** Makes one attempt when its turn has come. @throws what it throws; the signal's reason on abort */
  attempt<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#limit(async () => {
      for (let left = this.#pauseLeft(); left > 0; left = this.#pauseLeft()) await waitFor(left, signal);
      signal?.throwIfAborted();
      const round = this.#round;
      try {
        const answer = await send();
        this.#answered(round);
        return answer;
      } catch (error) {
        if (isOverload(error)) this.#overloaded(round);
        throw error;
      }
    });
  }

  /**
   * Takes one retry from the budget.
   *
   * @returns how long to wait before it, in milliseconds; null when the budget is spent
   */
  retryAfter(error: RequestError, attempt: number): number | null {
    if (this.#retriesLeft === 0) return null;
    this.#retriesLeft--;
    if (!isOverload(error)) return retryDelay(this.#policy, attempt, error.retryAfterMs);
    const pauseMs = retryDelay(this.#policy, Math.max(1, this.#cutsInRow), error.retryAfterMs);
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pauseMs);
    return Math.max(pauseMs, retryDelay(this.#policy, attempt, error.retryAfterMs));
  }

  #pauseLeft(): number {
    return Math.ceil(this.#pausedUntil - performance.now());
  }

  #answered(round: number): void {
    this.#retriesLeft = Math.min(this.#mostRetries, this.#retriesLeft + 1);
    if (round !== this.#round) return;
    this.#cutsInRow = 0;
    if (++this.#answersSinceChange < this.#limit.concurrency) return;
    this.#answersSinceChange = 0;
    this.#limit.concurrency = Math.min(this.#most, this.#limit.concurrency + 1);
  }

  #overloaded(round: number): void {
    if (round !== this.#round) return;
    this.#round++;
    this.#cutsInRow++;
    this.#answersSinceChange = 0;
    this.#limit.concurrency = Math.max(1, this.#limit.concurrency >> 1);
  }
}

function isOverload(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'REQUEST_BUSY' || code === 'REQUEST_TIMEOUT';
}
