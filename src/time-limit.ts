import { GesExportError } from './errors.js';

/**
 * A signal that follows another one and aborts by itself after some time, with `TIME_LIMIT`.
 *
 * @param limitMs null: never
 */
export function limitTime(
  outer: AbortSignal | undefined,
  limitMs: number | null,
): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const signal = outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]);
  if (limitMs === null) return { signal, dispose: () => {} };
  const started = Date.now();
  // A timer of Node takes no more than 2^31 - 1 ms: longer limits take several.
  let timer = setTimeout(onTimer, Math.min(limitMs, MAX_TIMER_MS));
  return { signal, dispose: () => clearTimeout(timer) };

  function onTimer() {
    const left = started + (limitMs ?? 0) - Date.now();
    if (left > 0) timer = setTimeout(onTimer, Math.min(left, MAX_TIMER_MS));
    else
      controller.abort(
        new GesExportError(
          'TIME_LIMIT',
          `Stopped after ${(limitMs ?? 0) / 1000} s, as --max-duration says; what is committed stays`,
        ),
      );
  }
}

const MAX_TIMER_MS = 2 ** 31 - 1;
