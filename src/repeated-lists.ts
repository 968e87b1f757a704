import type { DecodedBody } from './model.js';
import { isResultList } from './tables/plan-tables.js';

/** Takes out of an answer what was read before. */
export type Drop = (body: DecodedBody, offset: number) => DecodedBody;

/**
 * Lists that come whole with every page, such as the paths beside the vertices of filtered-query (ges_03_0175): each
 * page would add all of their rows again. They are recognised by an answer to a request for one record that holds more
 * of them, and by the same records on later pages.
 *
 * @param first the answer to a request for one record
 * @param primary the list that is paged
 * @returns null where there is no such list; else what leaves them to the answer for offset 0
 */
export function findRepeatedLists(first: DecodedBody, primary: string | null): Drop | null {
  const beside = first.lists.filter(
    (list) => isResultList(list.key) && list.key !== primary && list.count > 1,
  );
  if (beside.length === 0) return null;
  const whole = new Map(beside.map((list) => [list.key, list.digest(0, list.count)]));
  return (body, offset) => {
    if (offset === 0) return body;
    const lists = body.lists.filter((list) => {
      const digest = whole.get(list.key);
      return digest === undefined || digest !== list.digest(0, list.count);
    });
    return { ...body, lists, release: () => body.release() };
  };
}
