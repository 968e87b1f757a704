import { PageError } from '../errors.js';
import type { Page } from '../model.js';

/** Reads the records `[offset, offset + limit)` once more. */
type Probe = (offset: number, limit: number) => Promise<Page<unknown>>;

interface AnswerEnds {
  readonly offset: number;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/**
 * Notices a server that ignores or bends `offset`, whatever it declares: pages that repeat, overlap, or leave a
 * gap between them.
 *
 * At every seam of two windows the server is asked for the record before it and the one behind it. They must be
 * the last record of one page and the first of the next. Records that are really equal do no harm. Within a
 * window that took several answers, a seam is looked at where the answer before it was cut short, from which the
 * server might have left out any of its records, and where an answer begins like an earlier one; the end of the last
 * such window is looked at too.
 */
export class SeamGuard {
  readonly #probe: Probe;
  readonly #total: number | null;
  #first: AnswerEnds | null = null;
  #previous: AnswerEnds | null = null;

  constructor(probe: Probe, total: number | null) {
    this.#probe = probe;
    this.#total = total;
  }

  /**
   * Must see the pages in offset order, and before their memory is given back.
   *
   * @param seam the two records around the beginning of the page; null when they were not asked for
   * @throws PageError `PAGE_REPEATED`, `PAGE_OVERLAP`
   */
  async check(page: Page<unknown>, seam: Page<unknown> | null): Promise<void> {
    const { window, answers, seams } = page;
    let offset = window.offset;
    let first = '';
    for (const answer of answers) {
      const { count } = answer;
      const ends = { offset, count, first: answer.digest(0, 1), last: answer.digest(count - 1, count) };
      if (offset === window.offset) {
        first = ends.first;
        if (seam !== null) this.#compare(ends, seam);
      } else if (seams.includes(offset) || ends.first === first || this.#earlier(ends.first) !== null) {
        this.#compare(ends, await this.#probe(offset - 1, 2));
      }
      this.#first ??= ends;
      this.#previous = ends;
      offset += count;
    }
    if (answers.length > 1 && offset === this.#total) await this.#checkEnd(offset);
  }

  #compare(ends: AnswerEnds, seam: Page<unknown>): void {
    const [before, behind] = digests(seam);
    if ((this.#previous === null || this.#previous.last === before) && behind === ends.first) return;
    const earlier = this.#earlier(ends.first);
    const facts = { window: { offset: ends.offset, limit: ends.count } };
    if (earlier === null) {
      throw new PageError(
        'PAGE_OVERLAP',
        `The page at offset ${ends.offset} does not begin where the page before it ended`,
        { facts, retryable: false },
      );
    }
    throw new PageError(
      'PAGE_REPEATED',
      `The server gave the records of offset ${earlier} again for offset ${ends.offset}`,
      { facts, retryable: false, details: { earlier } },
    );
  }

  /** Where the same record has begun a page before, among the first page and the last one. */
  #earlier(first: string): number | null {
    if (this.#previous?.first === first) return this.#previous.offset;
    return this.#first?.first === first ? this.#first.offset : null;
  }

  async #checkEnd(total: number): Promise<void> {
    const [last] = digests(await this.#probe(total - 1, 1));
    if (last === this.#previous?.last) return;
    throw new PageError(
      'PAGE_OVERLAP',
      `The page at offset ${total - 1} is not the end of the page before it`,
      {
        facts: { window: { offset: total - 1, limit: 1 } },
        retryable: false,
      },
    );
  }
}

function digests(page: Page<unknown>): readonly string[] {
  return page.answers.flatMap((answer) =>
    Array.from({ length: answer.count }, (_, index) => answer.digest(index, index + 1)),
  );
}
