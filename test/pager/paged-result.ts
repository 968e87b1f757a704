import { createHash } from 'node:crypto';
import { setImmediate as tick } from 'node:timers/promises';
import type { Answer, Window } from '../../src/model.js';
import type { ReadPagesOptions } from '../../src/pager/read-pages.js';

/** An answer that holds some records, and declares what is true unless told otherwise. */
export function answerOf(
  records: readonly string[],
  declares: Partial<Pick<Answer<unknown>, 'offset' | 'declared' | 'total' | 'bytes'>> = {},
): Answer<readonly string[]> {
  return {
    offset: null,
    declared: null,
    total: null,
    count: records.length,
    bytes: records.length * 10,
    digest: (from, to) => createHash('sha256').update(records.slice(from, to).join('\n')).digest('hex'),
    body: records,
    ...declares,
  };
}

export interface PagedResult {
  readonly records: readonly string[];
  readonly fetchPage: ReadPagesOptions<readonly string[]>['fetchPage'];
  /** Reads for comparison, honest unless `answer` says otherwise; not listed in `asked`. */
  readonly probePage: ReadPagesOptions<readonly string[]>['fetchPage'];
  /** Windows asked for, in the order of the requests. */
  readonly asked: Window[];
  /** Windows read for comparison. */
  readonly probed: Window[];
  readonly inFlight: { now: number; most: number };
}

/**
 * A result of `count` different records behind a server that pages as documented. `latency` gives the number of
 * turns of the event loop that a request takes; `answer` may spoil what comes.
 */
export function pagedResult(
  count: number,
  options: {
    readonly hasTotal?: boolean;
    readonly clamp?: number;
    readonly latency?: (window: Window) => number;
    readonly answer?: (honest: Answer<readonly string[]>, window: Window) => Answer<readonly string[]>;
  } = {},
): PagedResult {
  const records = Array.from({ length: count }, (_, index) => `record ${index}`);
  const { hasTotal = true, clamp = Number.POSITIVE_INFINITY, latency = () => 1, answer } = options;
  const asked: Window[] = [];
  const probed: Window[] = [];
  const inFlight = { now: 0, most: 0 };
  const read = async (window: Window, signal: AbortSignal) => {
    inFlight.most = Math.max(inFlight.most, ++inFlight.now);
    try {
      for (let turn = latency(window); turn > 0; turn--) await tick(undefined, { signal });
      const page = records.slice(window.offset, window.offset + Math.min(window.limit, clamp));
      const honest = answerOf(page, {
        offset: window.offset,
        declared: page.length,
        total: hasTotal ? count : null,
      });
      return answer === undefined ? honest : answer(honest, window);
    } finally {
      inFlight.now--;
    }
  };
  return {
    records,
    asked,
    probed,
    inFlight,
    fetchPage(window, signal) {
      asked.push(window);
      return read(window, signal);
    },
    probePage(window, signal) {
      probed.push(window);
      return read(window, signal);
    },
  };
}

/** Options for a result of known size; windows of 10, four requests at once, no byte limit. */
export function optionsFor(
  {
    fetchPage,
    probePage,
    records,
  }: Pick<PagedResult, 'fetchPage' | 'records'> & Partial<Pick<PagedResult, 'probePage'>>,
  changes: Partial<ReadPagesOptions<readonly string[]>> = {},
): ReadPagesOptions<readonly string[]> {
  return {
    fetchPage,
    probePage: (window, signal) => (probePage ?? fetchPage)(window, signal, window),
    total: records.length,
    startOffset: 0,
    pageSize: 10,
    boundary: Number.MAX_SAFE_INTEGER,
    concurrency: 4,
    maxHeldBytes: Number.POSITIVE_INFINITY,
    maxHeldBytesFar: Number.POSITIVE_INFINITY,
    recordBytes: 10,
    ...changes,
  };
}
