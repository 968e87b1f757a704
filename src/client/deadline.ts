import { RequestError } from '../errors.js';

/**
 * The time that one answer may take, from the request to its last byte. undici's own limits start anew with every
 * byte that comes: a server that sends one from time to time would hold a request for ever.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #source: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#controller.abort(this.#source?.reason);

  /** @param source a signal that ends the request earlier */
  constructor(timeoutMs: number, origin: string, source: AbortSignal | undefined) {
    this.#source = source;
    source?.addEventListener('abort', this.#onAbort, { once: true });
    if (source?.aborted === true) this.#onAbort();
    this.#timer = setTimeout(() => {
      const message = `No whole answer from ${origin} within ${timeoutMs / 1000} s`;
      this.#controller.abort(
        new RequestError('REQUEST_TIMEOUT', message, { retryable: true, isSizeFault: true }),
      );
    }, timeoutMs).unref();
  }

  /** Fires with the reason of the source, or with a RequestError `REQUEST_TIMEOUT`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the watch; safe to call twice. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#source?.removeEventListener('abort', this.#onAbort);
  }
}
