/** A page that was too much is followed by one of this part of it. */
const SHRINK_BY = 8;

/** So many full answers in a row before a page of twice the size is tried, after a short one. */
const GROW_AFTER = 2;

/** The same where a page of about that size has failed before: at first, and at most. */
const FIRST_PATIENCE = 3;
const MAX_PATIENCE = 256;

/**
 * How many records to ask for at once, learnt from the answers; one for all windows of a reading. It never
 * changes the windows: a window that is larger is filled by several answers.
 *
 * A server that gives fewer records than asked for is asked for that many from then on. A page that failed for
 * its size is followed by an eighth of it. Full answers let the size grow again, quickly to below the size that
 * failed and more slowly past it, the more so the more often that has failed again. A larger page that comes in
 * full shows that size was not the reason: a failure in between costs a few small pages and no more.
 */
export class PageSize {
  #size = Number.POSITIVE_INFINITY;
  /** Up to here no page has failed for its size. */
  #ceiling = Number.POSITIVE_INFINITY;
  #patience = FIRST_PATIENCE;
  #fullInRow = 0;

  /** What to ask for, of `rest` records that are missing. */
  next(rest: number): number {
    return Math.min(rest, this.#size);
  }

  answered(asked: number, count: number): void {
    if (count === 0) return;
    if (count < asked) {
      this.#size = count;
      this.#fullInRow = 0;
      return;
    }
    if (asked > this.#ceiling) {
      this.#ceiling = Number.POSITIVE_INFINITY;
      this.#patience = FIRST_PATIENCE;
    }
    // Less than the size was asked for only because no more was missing: that shows nothing.
    if (asked < this.#size) return;
    if (++this.#fullInRow < this.#fullNeeded()) return;
    this.#size *= 2;
    this.#fullInRow = 0;
  }

  #fullNeeded(): number {
    if (this.#ceiling === Number.POSITIVE_INFINITY) return GROW_AFTER;
    return this.#size * 2 > this.#ceiling ? this.#patience : 1;
  }

  tooMuch(asked: number): void {
    // Pages that were asked for before the size was cut fail together, and count once.
    const isNews = asked <= this.#size;
    if (isNews && asked > this.#ceiling) this.#patience = Math.min(MAX_PATIENCE, this.#patience * 2);
    this.#ceiling = Math.min(this.#ceiling, Math.max(1, Math.floor(asked / 2)));
    this.#size = Math.min(this.#size, Math.max(1, Math.floor(asked / SHRINK_BY)));
    this.#fullInRow = 0;
  }
}
