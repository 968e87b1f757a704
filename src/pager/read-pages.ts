import pLimit from 'p-limit';
import { PageError, RequestError } from '../errors.js';
import type { Answer, Page, Window } from '../model.js';
import { checkAnswer } from './check-answer.js';
import { planWindows } from './plan-windows.js';
import { RepeatGuard } from './repeat-guard.js';

/** One window to work on, one on its way. */
const MIN_HELD = 2;

/** How often in a row a server may give nothing for a range that is inside the total. */
const MAX_EMPTY_ANSWERS = 3;

export interface ReadPagesOptions<Body> {
  /** Sends one request for a window, retries included, and counts what the answer holds. */
  readonly fetchPage: (window: Window, signal: AbortSignal) => Promise<Answer<Body>>;
  /** Records in the result; null where the server states none: the walk is then sequential. */
  readonly total: number | null;
  /** Where to begin: 0, or the committed offset of an earlier run. */
  readonly startOffset: number;
  readonly pageSize: number;
  /** Windows never cross a multiple of this many records. */
  readonly boundary: number;
  /** Requests in flight. */
  readonly concurrency: number;
  /** Answers that wait or are on their way may take this many bytes, as far as their size can be foreseen. */
  readonly maxHeldBytes: number;
  /** Bytes of one record, as a first guess. */
  readonly recordBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a result page by page, in offset order.
 *
 * With a total, windows are planned ahead and up to `concurrency` requests are in flight; at most
 * `concurrency + 1` windows are held at any time, the one that the consumer works on included, however slow it
 * is, and fewer when they would take more than `maxHeldBytes` (but always two: one to read, one to work on).
 * A page that is shorter than its window is no end: the rest of the window is asked for again.
 * Without a total, pages are read one after the other until a short page, which one more request confirms.
 *
 * When the consumer leaves the loop, throws or aborts, requests in flight are aborted and awaited.
 *
 * @throws PageError when a page breaks a law of paging (see `checkAnswer`, `RepeatGuard`), `PAGE_SHORT` when
 *   nothing comes for a range inside the total; whatever `fetchPage` throws; the signal's reason on abort
 *
 * @example
 * for await (const page of readPages({ fetchPage, total, startOffset: 0, pageSize: 100_000, boundary: 1_000_000, concurrency: 4, maxHeldBytes: 32e6, recordBytes: 100 })) {
 *   console.log(page.window.offset, page.answers.length);
 * }
 */
export async function* readPages<Body>(
  options: ReadPagesOptions<Body>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const abort = new AbortController();
  const signal =
    options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
  const fetch = (window: Window) => options.fetchPage(window, signal);
  const inFlight = new Set<Promise<unknown>>();
  try {
    yield* options.total === null
      ? walkUntilShort(options, fetch)
      : lookAhead(options, options.total, fetch, inFlight);
  } finally {
    abort.abort(new Error('The reader of the pages has left'));
    await Promise.allSettled(inFlight);
  }
}

async function* lookAhead<Body>(
  options: ReadPagesOptions<Body>,
  total: number,
  fetch: (window: Window) => Promise<Answer<Body>>,
  inFlight: Set<Promise<unknown>>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const limit = pLimit(options.concurrency);
  const windows = planWindows(options.startOffset, total, options.pageSize, options.boundary);
  const repeats = new RepeatGuard<Body>();
  const held: Promise<Page<Body>>[] = [];

  let recordBytes = options.recordBytes;
  let heldRecords = 0;

  const fetchInTurn = (window: Window) => limit(() => fetch(window));
  const startNext = (): boolean => {
    const next = windows.next();
    if (next.done === true) return false;
    const page = fillWindow(next.value, total, fetchInTurn);
    inFlight.add(page);
    page.then(
      () => inFlight.delete(page),
      () => inFlight.delete(page),
    );
    held.push(page);
    heldRecords += next.value.limit;
    return true;
  };
  const fill = () => {
    for (let hasMore = true; hasMore && held.length <= options.concurrency; ) {
      const isOverBudget = (heldRecords + options.pageSize) * recordBytes > options.maxHeldBytes;
      if (held.length >= MIN_HELD && isOverBudget) return;
      hasMore = startNext();
    }
  };

  fill();
  for (let page = held.shift(); page !== undefined; page = held.shift()) {
    options.signal?.throwIfAborted();
    const ready = await page;
    recordBytes = ready.answers.reduce((sum, answer) => sum + answer.bytes, 0) / ready.window.limit;
    await checkRepeats(repeats, ready, fetchInTurn);
    yield ready;
    // The window that the consumer held counts too: others take its place only when it comes back for more.
    heldRecords -= ready.window.limit;
    fill();
  }
}

/**
 * Asks for one window, and for what is missing of it, until it is full.
 *
 * @throws PageError as `readPages` does; whatever `fetch` throws
 */
export async function fillWindow<Body>(
  window: Window,
  total: number,
  fetch: (window: Window) => Promise<Answer<Body>>,
): Promise<Page<Body>> {
  const end = window.offset + window.limit;
  const answers: Answer<Body>[] = [];
  let offset = window.offset;
  let emptyAnswers = 0;
  while (offset < end) {
    const asked = { offset, limit: end - offset };
    const answer = await fetch(asked);
    checkAnswer(answer, asked, total);
    if (answer.count === 0) {
      if (++emptyAnswers < MAX_EMPTY_ANSWERS) continue;
      throw new PageError(
        'PAGE_SHORT',
        `The server gives no records at offset ${offset}, although the total is ${total}`,
        {
          facts: { window: asked, attempt: emptyAnswers },
          retryable: true,
        },
      );
    }
    emptyAnswers = 0;
    answers.push(answer);
    offset += answer.count;
  }
  return { window, answers };
}

async function* walkUntilShort<Body>(
  options: ReadPagesOptions<Body>,
  fetch: (window: Window) => Promise<Answer<Body>>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const repeats = new RepeatGuard<Body>();
  let offset = options.startOffset;
  let shortPage: { readonly count: number; readonly digest: string } | null = null;
  for (;;) {
    options.signal?.throwIfAborted();
    const nextBoundary = (Math.floor(offset / options.boundary) + 1) * options.boundary;
    const asked = { offset, limit: Math.min(options.pageSize, nextBoundary - offset) };
    const answer = await fetchOrEnd(fetch, asked);
    if (answer === null || answer.count === 0) return;
    const count: number = answer.count;
    // A server that does not page this result gives the whole of it again, whatever the offset.
    if (shortPage !== null && count === shortPage.count && answer.digest(0, count) === shortPage.digest)
      return;
    checkAnswer(answer, asked, null);
    await repeats.check(answer, asked, fetch);
    // Once it is handed out, the consumer may give the memory of the page back: nothing is read from it later.
    shortPage = count < asked.limit ? { count, digest: answer.digest(0, count) } : null;
    yield { window: { offset, limit: count }, answers: [answer] };
    offset += count;
  }
}

/** Beyond the end a server may refuse instead of giving an empty list: no page says which. Null then. */
async function fetchOrEnd<Body>(
  fetch: (window: Window) => Promise<Answer<Body>>,
  asked: Window,
): Promise<Answer<Body> | null> {
  try {
    return await fetch(asked);
  } catch (error) {
    if (asked.offset > 0 && error instanceof RequestError && error.code === 'API_REJECTED') return null;
    throw error;
  }
}

async function checkRepeats<Body>(
  repeats: RepeatGuard<Body>,
  page: Page<Body>,
  fetch: (window: Window) => Promise<Answer<Body>>,
): Promise<void> {
  let offset = page.window.offset;
  for (const answer of page.answers) {
    await repeats.check(answer, { offset, limit: answer.count }, fetch);
    offset += answer.count;
  }
}
