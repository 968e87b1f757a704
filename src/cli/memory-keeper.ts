import v8 from 'node:v8';
import vm from 'node:vm';

/** At 250 MB/s, about 4 MB of buffers are read between two young collections; each takes about a millisecond. */
const PERIOD_MS = 15;

/** A whole collection takes 12 to 18 ms, so it must be rare: this much comes together in 30 to 60 pages. */
const OLD_GARBAGE_BYTES = 6 * 1024 * 1024;
/** What grew by that much in less time is in use. */
const WHOLE_PERIOD_MS = 500;

export interface MemoryKeeper {
  /** Collects everything at once: for a moment at which much has just been let go of. */
  collect(): void;
  stop(): void;
}

/**
 * Collects garbage while an export runs: young garbage on a clock, all of it when the memory outside the heap has grown.
 * Buffers that come off a socket live there and weigh little on the heap, so left alone tens of megabytes of them wait
 * for a collection; those that wait behind a busy writer grow old on the way (docs/decisions/0005-memory.md).
 */
export function keepMemoryLow(): MemoryKeeper {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
  let settled = Number.POSITIVE_INFINITY;
  let collectedAt = performance.now();
  const collectAll = () => {
    collect();
    settled = outsideHeap();
    collectedAt = performance.now();
  };
  const timer = setInterval(() => {
    collect({ type: 'minor' });
    const now = outsideHeap();
    // What falls by itself, such as the buffers of a window that has been written, is the new level.
    settled = Math.min(settled, now);
    if (now - settled > OLD_GARBAGE_BYTES && performance.now() - collectedAt > WHOLE_PERIOD_MS) collectAll();
  }, PERIOD_MS);
  timer.unref();
  return { collect: collectAll, stop: () => clearInterval(timer) };
}

function outsideHeap(): number {
  return v8.getHeapStatistics().external_memory;
}
