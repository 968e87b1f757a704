import type { DecodedBody, RecordList, Window } from './model.js';
import { resultChanged } from './pager/check-answer.js';
import { resultLists } from './tables/plan-tables.js';

type Lists = Pick<DecodedBody, 'lists'>;

/** Lists that come whole with every page, whatever is asked for. */
export interface RepeatedLists {
  /**
   * Takes out of an answer what was read before.
   *
   * @throws PageError `TOTAL_CHANGED` where such a list has come in two ways
   */
  drop(body: DecodedBody, offset: number): DecodedBody;
  /** Leaves what `offset` and `limit` count. */
  paged(body: Lists): Lists;
}

/** Whether an answer to a request for one record leaves open which of its lists are paged. */
export function isUnclear({ lists }: Lists): boolean {
  const filled = resultLists(lists).filter((list) => list.count > 0);
  return filled.length > 1 && filled.every((list) => list.count === 1);
}

/**
 * Lists that come whole with every page, such as the paths beside the vertices of filtered-query (ges_03_0175): each
 * page would add all of their rows again. They are recognised by an answer to a request for one record that holds more
 * of them, or to one for several where another list has grown and they have not; and by the same records on later pages.
 *
 * @param first the answer to a request for one record
 * @param second the answer to a request for several, where the first is unclear; else the first
 * @param primary the list that is paged
 * @returns null where there is no such list
 */
export function findRepeatedLists(first: Lists, second: Lists, primary: string | null): RepeatedLists | null {
  const grown = (list: RecordList) =>
    (second.lists.find(({ key }) => key === list.key)?.count ?? 0) > list.count;
  const hasGrown = first.lists.some(grown);
  const beside = resultLists(first.lists).filter((list) => {
    if (list.key === primary) return false;
    return list.count > 1 || (list.count === 1 && hasGrown && !grown(list));
  });
  if (beside.length === 0) return null;
  const whole = new Map(beside.map((list) => [list.key, list.digest(0, list.count)]));
  const watches = new Map(beside.map(({ key }) => [key, new ListWatch(key)]));
  return {
    drop(body, offset) {
      const paged = body.lists.reduce((sum, list) => sum + (whole.has(list.key) ? 0 : list.count), 0);
      for (const list of body.lists) {
        const watch = watches.get(list.key);
        if (watch === undefined) continue;
        const digest = list.digest(0, list.count);
        watch.see({ offset, limit: paged }, list.count, digest, digest === whole.get(list.key));
      }
      if (offset === 0) return body;
      const lists = body.lists.filter((list) => {
        const digest = whole.get(list.key);
        return digest === undefined || digest !== list.digest(0, list.count);
      });
      return { ...body, lists, release: () => body.release() };
    },
    paged: ({ lists }) => ({ lists: lists.filter((list) => !whole.has(list.key)) }),
  };
}

/** Whether a list that seems to come whole with every answer does: all of it or none, and the same for the same window. */
class ListWatch {
  readonly #name: string;
  readonly #digests = new Map<string, string>();
  #wholeAt: number | null = null;
  #otherAt: number | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws PageError `TOTAL_CHANGED` */
  see(window: Window, count: number, digest: string, isWhole: boolean): void {
    const place = `${window.offset} ${window.limit}`;
    const before = this.#digests.get(place);
    if (before !== undefined && before !== digest)
      throw resultChanged(
        window,
        `The list "${this.#name}" has other records at offset ${window.offset} than before`,
      );
    this.#digests.set(place, digest);
    if (count === 0) return;
    // At the beginning the whole of it stands in any case.
    if (!isWhole) this.#otherAt ??= window.offset;
    else if (window.offset > 0) this.#wholeAt ??= window.offset;
    if (this.#wholeAt === null || this.#otherAt === null) return;
    throw resultChanged(
      window,
      `The list "${this.#name}" is the same at offset ${this.#wholeAt} as at the beginning, and another one at offset ${this.#otherAt}`,
    );
  }
}
