import { PageError } from '../errors.js';
import type { Answer, Window } from '../model.js';

type Fetch<Body> = (window: Window) => Promise<Answer<Body>>;

/**
 * Notices a server that ignores `offset` and gives the same page again.
 *
 * Equal bytes for two windows are proof only if the server cannot really hold equal records there. So the guard
 * asks for the later window once more, begun one record later: a server that heeds the offset leaves out just
 * the first record.
 */
export class RepeatGuard<Body> {
  readonly #offsets = new Map<string, number>();

  /** @throws PageError `PAGE_REPEATED` */
  async check(answer: Answer<Body>, asked: Window, fetch: Fetch<Body>): Promise<void> {
    if (answer.count < 2) return;
    const digest = answer.digest(0);
    const earlier = this.#offsets.get(digest);
    if (earlier === undefined) {
      this.#offsets.set(digest, asked.offset);
      return;
    }
    const probe = await fetch({ offset: asked.offset + 1, limit: answer.count - 1 });
    if (
      probe.count === answer.count - 1 &&
      probe.digest(0) === answer.digest(1) &&
      answer.digest(1) !== digest
    )
      return;
    throw new PageError(
      'PAGE_REPEATED',
      `The server gave the same ${answer.count} records for offset ${earlier} and for offset ${asked.offset}`,
      { facts: { window: asked }, retryable: false, details: { earlier } },
    );
  }
}
