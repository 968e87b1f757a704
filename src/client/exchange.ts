import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { ChunkQueue } from './chunk-queue.js';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came; to be read to the end or left by breaking the loop. */
  readonly body: ChunkQueue;
}

export interface ExchangeHooks {
  /** What the caller gets to know of an error. */
  readonly toError: (error: unknown) => unknown;
  /** Called once, when the server has given everything, or will give no more. */
  readonly onEnd: () => void;
}

/**
 * Sends one request and settles when its answer begins. Chunks of the body go from the parser to the reader as they are:
 * streams and the generators around them take as long as the download itself (docs/decisions/0015-bodies-without-streams.md).
 *
 * @param signal ends the request, and the reading of its answer
 * @throws what `toError` makes of undici's error, or of the signal's reason; so does the reading of the body
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  { toError, onEnd }: ExchangeHooks,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', onAbort);
      onEnd();
    };
    const fail = (cause: unknown) => {
      if (isOver) return;
      end();
      const error = toError(cause);
      body.fail(error);
      reject(error);
    };
    const leave = (reason: unknown) => controller?.abort(reason as Error);
    const onAbort = () => {
      fail(signal.reason);
      leave(signal.reason);
    };
    const body = new ChunkQueue({
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      leave() {
        end();
        leave(new Error('The reader of the answer has left'));
      },
    });
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) leave(signal.reason);
      },
      onResponseStart(_, status, headers) {
        // Informational answers come before the real one (RFC 9110, section 15.2).
        if (status >= 200) resolve({ status, headers, body });
      },
      onResponseData: (_, chunk) => body.push(chunk),
      onResponseEnd() {
        end();
        body.end();
      },
      onResponseError: (_, error) => fail(error),
    });
  });
}
