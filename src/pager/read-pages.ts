import pLimit from 'p-limit';
import { PageError, RequestError } from '../errors.js';
import type { Answer, Page, Window } from '../model.js';
import { checkAnswer, checkDeclared, totalChanged } from './check-answer.js';
import { PageSize } from './page-size.js';
import { planWindows } from './plan-windows.js';
import { RoundTrips } from './round-trips.js';
import { SeamGuard } from './seam-guard.js';

/** One window to work on, one on its way. */
const MIN_HELD = 2;

/** How often in a row a server may give nothing for a range that is inside the total. */
export const MAX_EMPTY_ANSWERS = 3;

export interface ReadPagesOptions<Body> {
  /**
   * Sends one request for a window, retries included, and counts what the answer holds. `planned` is the window that
   * the answer helps to fill; requests for one of them follow each other.
   */
  readonly fetchPage: (window: Window, signal: AbortSignal, planned: Window) => Promise<Answer<Body>>;
  /** Reads a few records to compare them with a page, not to hand them out. */
  readonly probePage: (window: Window, signal: AbortSignal) => Promise<Answer<unknown>>;
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
  /** The same while the server is far: its answers are long on their way, and more of them hide that. */
  readonly maxHeldBytesFar: number;
  /** Bytes of one record, as a first guess. */
  readonly recordBytes: number;
  readonly signal?: AbortSignal | undefined;
}

type FetchPage<Body> = (window: Window, planned: Window) => Promise<Answer<Body>>;

/**
 * Reads a result page by page, in offset order.
 *
 * With a total, windows are planned ahead and up to `concurrency` requests are in flight; at most
 * `concurrency + 1` windows are held at any time, the one that the consumer works on included, however slow it
 * is, and fewer when they would take more than `maxHeldBytes`, or `maxHeldBytesFar` (but always two: one to read, one to
 * work on).
 * A page that is shorter than its window is no end: the rest of the window is asked for again. A page that
 * failed for its size (`RequestError.isSizeFault`) is asked for in smaller ones; see `PageSize`.
 * Without a total, windows are filled one after the other until a short page, which one more request confirms.
 *
 * When the consumer leaves the loop, throws or aborts, requests in flight are aborted and awaited.
 *
 * @throws PageError when a page breaks a law of paging (see `checkAnswer`, `SeamGuard`), `PAGE_SHORT` when
 *   nothing comes for a range inside the total; whatever `fetchPage` throws; the signal's reason on abort
 *
 * @example
 * for await (const page of readPages({ fetchPage, probePage, total, startOffset: 0, pageSize: 100_000, boundary: 1_000_000, concurrency: 4, maxHeldBytes: 16e6, maxHeldBytesFar: 64e6, recordBytes: 100 })) {
 *   console.log(page.window.offset, page.answers.length);
 * }
 */
export async function* readPages<Body>(
  options: ReadPagesOptions<Body>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const abort = new AbortController();
  const signal =
    options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
  const fetch = (window: Window, planned: Window) => options.fetchPage(window, signal, planned);
  const probe = (window: Window) => options.probePage(window, signal);
  const inFlight = new Set<Promise<unknown>>();
  try {
    yield* options.total === null
      ? walkUntilShort(options, fetch, probe)
      : lookAhead(options, options.total, fetch, probe, inFlight);
  } finally {
    abort.abort(new Error('The reader of the pages has left'));
    await Promise.allSettled(inFlight);
  }
}

async function* lookAhead<Body>(
  options: ReadPagesOptions<Body>,
  total: number,
  fetch: FetchPage<Body>,
  fetchProbe: (window: Window) => Promise<Answer<unknown>>,
  inFlight: Set<Promise<unknown>>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const limit = pLimit(options.concurrency);
  const windows = planWindows(options.startOffset, total, options.pageSize, options.boundary);
  const sizes = new PageSize();
  const held: { readonly page: Promise<Page<Body>>; readonly seam: Promise<Page<unknown> | null> }[] = [];

  let recordBytes = options.recordBytes;
  let heldRecords = 0;

  const fetchInTurn = (window: Window, planned: Window) => limit(() => fetch(window, planned));
  const roundTrips = new RoundTrips();
  const probe = (offset: number, size: number) =>
    fillWindow({ offset, limit: size }, total, (window) =>
      limit(() => roundTrips.measured(() => fetchProbe(window))),
    );
  const seams = new SeamGuard(probe, total);
  const awaitLater = <T>(work: Promise<T>): Promise<T> => {
    inFlight.add(work);
    const forget = () => inFlight.delete(work);
    work.then(forget, forget);
    return work;
  };
  const startNext = (): boolean => {
    const next = windows.next();
    if (next.done === true) return false;
    const { offset, limit: records } = next.value;
    const page = awaitLater(fillWindow(next.value, total, fetchInTurn, sizes));
    held.push({ page, seam: awaitLater(probeSeam(offset, probe)) });
    heldRecords += records;
    return true;
  };
  const fill = () => {
    for (let hasMore = true; hasMore && held.length <= options.concurrency; ) {
      const most = roundTrips.areLong ? options.maxHeldBytesFar : options.maxHeldBytes;
      const isOverBudget = (heldRecords + options.pageSize) * recordBytes > most;
      if (held.length >= MIN_HELD && isOverBudget) return;
      hasMore = startNext();
    }
  };

  fill();
  for (let next = held.shift(); next !== undefined; next = held.shift()) {
    options.signal?.throwIfAborted();
    const ready = await next.page;
    recordBytes = ready.answers.reduce((sum, answer) => sum + answer.bytes, 0) / ready.window.limit;
    await seams.check(ready, await next.seam);
    yield ready;
    // The window that the consumer held counts too: others take its place only when it comes back for more.
    heldRecords -= ready.window.limit;
    fill();
  }
}

/** The records on both sides of the beginning of a window. Not before the first one. */
async function probeSeam(
  offset: number,
  probe: (offset: number, size: number) => Promise<Page<unknown>>,
): Promise<Page<unknown> | null> {
  return offset === 0 ? null : probe(offset - 1, 2);
}

/**
 * Asks for one window, and for what is missing of it, until it is full.
 *
 * @throws PageError as `readPages` does; whatever `fetch` throws
 */
export async function fillWindow<Body>(
  window: Window,
  total: number | null,
  fetch: FetchPage<Body>,
  sizes: PageSize = new PageSize(),
): Promise<Page<Body>> {
  const end = window.offset + window.limit;
  const answers: Answer<Body>[] = [];
  const seams: number[] = [];
  let offset = window.offset;
  let emptyAnswers = 0;
  while (offset < end) {
    const { asked, answer } = await fetchSome({ offset, limit: end - offset }, window, fetch, sizes);
    checkAnswer(answer, asked, total);
    sizes.answered(asked.limit, answer.count);
    if (answer.count === 0) {
      if (++emptyAnswers < MAX_EMPTY_ANSWERS) continue;
      throw new PageError(
        'PAGE_SHORT',
        `The server gives no records at offset ${offset}, although ${total === null ? 'there are more after it' : `the total is ${total}`}`,
        {
          facts: { window: asked, attempt: emptyAnswers },
          retryable: true,
        },
      );
    }
    emptyAnswers = 0;
    answers.push(answer);
    offset += answer.count;
    if (answer.count < asked.limit) seams.push(offset);
  }
  return { window, answers, seams };
}

/**
 * Asks for as many of the missing records as the server is thought to give at once, and for fewer when that was
 * too much.
 *
 * @throws whatever `fetch` throws; a fault of size only when a single record was asked for
 */
export async function fetchSome<Body>(
  missing: Window,
  planned: Window,
  fetch: FetchPage<Body>,
  sizes: PageSize,
): Promise<{ readonly asked: Window; readonly answer: Answer<Body> }> {
  for (;;) {
    const asked = { offset: missing.offset, limit: sizes.next(missing.limit) };
    try {
      return { asked, answer: await fetch(asked, planned) };
    } catch (error) {
      if (!(error instanceof RequestError) || !error.isSizeFault || asked.limit === 1) throw error;
      sizes.tooMuch(asked.limit);
    }
  }
}

async function* walkUntilShort<Body>(
  options: ReadPagesOptions<Body>,
  fetch: FetchPage<Body>,
  fetchProbe: (window: Window) => Promise<Answer<unknown>>,
): AsyncGenerator<Page<Body>, void, undefined> {
  const sizes = new PageSize();
  const probe = (offset: number, size: number) => fillWindow({ offset, limit: size }, null, fetchProbe);
  const guard = new SeamGuard(probe, null);
  let last: LastAnswer | null = options.startOffset === 0 ? null : await readBeginning(options, fetchProbe);
  let offset = options.startOffset;
  const totals = new LateTotal();
  for (let hasMore = true; hasMore; ) {
    options.signal?.throwIfAborted();
    const nextBoundary = (Math.floor(offset / options.boundary) + 1) * options.boundary;
    const end = Math.min(offset + options.pageSize, nextBoundary);
    const answers: Answer<Body>[] = [];
    const seams: number[] = [];
    let at = offset;
    while (at < end) {
      const missing = { offset: at, limit: end - at };
      const { asked, answer } = await fetchOrEnd(missing, { offset, limit: end - offset }, fetch, sizes);
      const count = answer?.count ?? 0;
      totals.state(answer?.total ?? null, asked);
      if (answer !== null) checkDeclared(answer, asked);
      if (answer === null || count === 0 || (await isWholeAgain(answer, last, at, fetchProbe))) {
        hasMore = false;
        break;
      }
      checkAnswer(answer, asked, null);
      sizes.answered(asked.limit, count);
      // Once it is handed out, the consumer may give the memory of the page back: nothing is read from it later.
      const digest = answer.digest(0, count);
      last = { count, isShort: count < asked.limit, isSame: (other) => other.digest(0, count) === digest };
      answers.push(answer);
      at += count;
      if (last.isShort) seams.push(at);
    }
    if (!hasMore) totals.checkEnd(at);
    if (answers.length === 0) return;
    const page = { window: { offset, limit: at - offset }, answers, seams };
    await guard.check(page, await probeSeam(offset, probe));
    yield page;
    offset = at;
  }
}

interface LastAnswer {
  readonly count: number;
  /** Whether it held fewer records than it was asked for. */
  readonly isShort: boolean;
  /** Whether another answer with as many records holds the same. */
  isSame(answer: Answer<unknown>): boolean;
}

/** What the server gives for the records that an earlier run has read. */
async function readBeginning(
  { startOffset, pageSize }: ReadPagesOptions<unknown>,
  fetchProbe: FetchPage<unknown>,
): Promise<LastAnswer> {
  const window = { offset: 0, limit: Math.min(pageSize, startOffset + 1) };
  const { asked, answer } = await fetchSome(window, window, fetchProbe, new PageSize());
  const { count } = answer;
  const ofRecords = ({ digest }: Answer<unknown>) =>
    Array.from({ length: count }, (_, index) => digest(index, index + 1)).join(' ');
  return {
    count,
    isShort: count < asked.limit,
    isSame: (other) => ofRecords(other) === ofRecords(answer),
  };
}

/**
 * Whether a server that does not page this result has given the whole of it again, as it does whatever the offset. One
 * record for one says nothing; one for two does. An answer that states the offset it was asked for may be a page of
 * records that are equal: a server that pages gives one of them where one is asked for.
 *
 * @throws PageError `PAGE_REPEATED` where that cannot be told
 */
async function isWholeAgain(
  answer: Answer<unknown>,
  last: LastAnswer | null,
  offset: number,
  fetchProbe: (window: Window) => Promise<Answer<unknown>>,
): Promise<boolean> {
  const { count } = answer;
  if (last === null || count !== last.count || !last.isSame(answer)) return false;
  const statesOffset = answer.offset === offset;
  const asked: Window = { offset: offset - 1, limit: count === 1 ? 2 : 1 };
  if (count > 1) return last.isShort && (!statesOffset || (await fetchProbe(asked)).count > 1);
  if (last.isShort && !statesOffset) return true;
  if ((await fetchProbe(asked)).count > 1) return false;
  if (!statesOffset) return true;
  throw new PageError(
    'PAGE_REPEATED',
    `The server gave the record of offset ${offset - 1} again for offset ${offset}, and no more where two were asked for`,
    { facts: { window: { offset, limit: count } }, retryable: false, details: { earlier: offset - 1 } },
  );
}

/** A total that the first answer did not state, and others do. */
class LateTotal {
  #total: number | null = null;

  /** @throws PageError `TOTAL_CHANGED` */
  state(total: number | null, asked: Window): void {
    if (total !== null && this.#total !== null && total !== this.#total)
      throw totalChanged(asked, this.#total, total);
    this.#total ??= total;
  }

  /** @throws PageError `PAGE_COUNT_MISMATCH` when the records end elsewhere */
  checkEnd(end: number): void {
    if (this.#total === null || this.#total === end) return;
    throw new PageError(
      'PAGE_COUNT_MISMATCH',
      `The records end at offset ${end}, although the server has stated a total of ${this.#total}`,
      { retryable: false, details: { expected: this.#total, actual: end } },
    );
  }
}

/** Beyond the end a server may refuse instead of giving an empty list: no page of the documents says which. Null then. */
async function fetchOrEnd<Body>(
  missing: Window,
  planned: Window,
  fetch: FetchPage<Body>,
  sizes: PageSize,
): Promise<{ readonly asked: Window; readonly answer: Answer<Body> | null }> {
  try {
    return await fetchSome(missing, planned, fetch, sizes);
  } catch (error) {
    // Refused for another reason, what was read so far is not the whole.
    if (missing.offset > 0 && error instanceof RequestError && error.isPastEnd)
      return { asked: missing, answer: null };
    throw error;
  }
}
