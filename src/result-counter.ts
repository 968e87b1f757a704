import type { AnswerMarks, DecodedBody, RecordList, RecordMarks } from './model.js';
import { resultLists } from './tables/plan-tables.js';

/** What an answer holds, in the unit that `offset` and `limit` count. */
export interface Counted {
  readonly count: number;
  /** Tells the records `[from, to)` apart from others. */
  digest(from: number, to: number): string;
  readonly marks: AnswerMarks;
}

type Lists = Pick<DecodedBody, 'lists'>;
type Marked = Pick<RecordList, 'key' | 'count' | 'mark'>;

interface Counting {
  (lists: readonly RecordList[], primary: RecordList | undefined): Omit<Counted, 'marks'>;
  /** The marks of the records that stand at an index. */
  marks(lists: readonly Marked[], primary: Marked | undefined, index: number): RecordMarks | null;
}

/** Null where one of the marks was not kept. */
function marksOf(found: readonly (readonly [Marked | undefined, number])[]): RecordMarks | null {
  const marks = new Map<string, string>();
  for (const [list, index] of found) {
    if (list === undefined || index >= list.count) continue;
    const mark = list.mark?.(index) ?? null;
    if (mark === null) return null;
    marks.set(list.key, mark);
  }
  return marks;
}

/** One list is paged, whatever stands beside it (filtered-query, ges_03_0175). */
const ofPrimary: Counting = (_, primary) => primary ?? { count: 0, digest: () => '' };
ofPrimary.marks = (_, primary, index) => marksOf([[primary, index]]);

/** Every list is paged by itself. */
const ofEach: Counting = (lists) => ({
  count: Math.max(0, ...lists.map((list) => list.count)),
  digest: (from, to) =>
    lists.map((list) => list.digest(Math.min(from, list.count), Math.min(to, list.count))).join(),
});
ofEach.marks = (lists, _, index) => marksOf(lists.map((list) => [list, index]));

/** The lists are paged one behind the other, as if they were one. */
const ofAll: Counting = (lists) => ({
  count: lists.reduce((sum, list) => sum + list.count, 0),
  digest(from, to) {
    const parts: string[] = [];
    let start = 0;
    for (const list of lists) {
      const first = Math.max(from - start, 0);
      const end = Math.min(to - start, list.count);
      if (first < end) parts.push(list.digest(first, end));
      start += list.count;
    }
    return parts.join();
  },
});
ofAll.marks = (lists, _, index) => {
  let start = 0;
  for (const list of lists) {
    if (index < start + list.count) return marksOf([[list, index - start]]);
    start += list.count;
  }
  return null;
};

/** The marks of a list, for as long as they are needed. */
function kept(list: Marked, isWanted: (index: number) => boolean): Marked {
  const { key, count } = list;
  const marks = Array.from({ length: count }, (_, index) =>
    isWanted(index) ? (list.mark?.(index) ?? null) : null,
  );
  return { key, count, mark: (index) => marks[index] ?? null };
}

/**
 * Finds out how a server counts the records of answers with several lists, such as the vertices and edges of
 * temporal_graph (ges_03_0380): no page says. Each answer that declares its size leaves only what agrees with it.
 *
 * @param first the answer to a request for one record
 * @param primary the list that is paged where one is
 */
export function createResultCounter(
  first: Lists,
  primary: string | null,
): { count(body: Lists, declared: number | null): Counted } {
  // Where one list follows the other, the one that the first record is in comes first.
  const order = first.lists
    .toSorted((one, other) => Number(other.count > 0) - Number(one.count > 0))
    .map(({ key }) => key);
  const filled = resultLists(first.lists).filter((list) => list.count > 0);
  // Asked for one record: several lists with something in them are not one behind the other.
  let possible: readonly Counting[] =
    filled.length > 1 ? [ofEach, ofPrimary, ofAll] : [ofAll, ofPrimary, ofEach];

  return {
    count(body, stated) {
      const lists = resultLists(body.lists).sort((one, other) => placeOf(one) - placeOf(other));
      const own = lists.find((list) => list.key === primary);
      const agreeing = possible.filter((counting) => counting(lists, own).count === stated);
      if (agreeing.length > 0) possible = agreeing;
      const { count, digest } = current()(lists, own);
      return { count, digest, marks: marksIn(lists) };
    },
  };

  function current(): Counting {
    return possible[0] ?? ofPrimary;
  }

  function marksIn(lists: readonly Marked[]): AnswerMarks {
    const find = (from: readonly Marked[]) => (index: number) =>
      current().marks(
        from,
        from.find(({ key }) => key === primary),
        index,
      );
    return { at: find(lists), keep: (isWanted) => find(lists.map((list) => kept(list, isWanted))) };
  }

  /** Members of an object have no order: the lists of an answer are taken in that of the first one. */
  function placeOf({ key }: RecordList): number {
    const place = order.indexOf(key);
    return place < 0 ? order.length : place;
  }
}
