import type { DecodedBody, RecordList } from './model.js';
import { resultLists } from './tables/plan-tables.js';

type Lists = Pick<DecodedBody, 'lists'>;

/** Lists that come whole with every page, whatever is asked for. */
export interface RepeatedLists {
  /** Takes out of an answer what was read before. */
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
  return {
    drop(body, offset) {
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
