import { PageError } from '../errors.js';
import type { Answer, Window } from '../model.js';

type Fetch<Body> = (window: Window) => Promise<Answer<Body>>;

/** Enough to tell two places of a result apart, and small enough to cost nothing. */
const PROBE_RECORDS = 8;

/**
 * Notices a server that ignores `offset` and gives the same records again, also as a shorter last page.
 *
 * Two pages that begin alike are proof only if the server cannot really hold equal records there. So the guard
 * asks for the beginning of the later page once more, from one record earlier: a server that heeds the offset
 * puts just that one record in front.
 */
export class RepeatGuard<Body> {
  /** Offset of the page that was the first to begin with a record, by the record's digest. */
  readonly #offsets = new Map<string, number>();

  /** @throws PageError `PAGE_REPEATED` */
  async check(answer: Answer<Body>, asked: Window, fetch: Fetch<Body>): Promise<void> {
    const digest = answer.digest(0, 1);
    const earlier = this.#offsets.get(digest);
    if (earlier === undefined || asked.offset === 0) {
      this.#offsets.set(digest, asked.offset);
      return;
    }
    const size = Math.min(answer.count, PROBE_RECORDS);
    const probe = await fetch({ offset: asked.offset - 1, limit: size + 1 });
    if (probe.count === size + 1 && probe.digest(1, size + 1) === answer.digest(0, size)) return;
    throw new PageError(
      'PAGE_REPEATED',
      `The server gave the records of offset ${earlier} again for offset ${asked.offset}`,
      { facts: { window: asked }, retryable: false, details: { earlier } },
    );
  }
}
