import { PageError } from './errors.js';
import { JsonObject } from './json-value.js';
import { type Answer, type DecodedBody, MAX_PAGE_SIZE, type RecordList, type Window } from './model.js';

/** Entries of a page that are asked for again with the next one, to see that nothing lies between the two. */
const OVERLAP = 1000;

/** How often the walk may look elsewhere, further back twice as far each time, to find where it was. */
const MAX_STEPS = 40;

export interface WalkedList {
  /** Every job once, in the server's order. */
  readonly list: RecordList;
  readonly bytes: number;
  /** Whether the list was seen to change while it was read. */
  readonly hasChanged: boolean;
}

type FetchList = (window: Window) => Promise<Answer<DecodedBody>>;

/**
 * Reads a job list that is longer than one answer, on a graph where jobs come and go meanwhile.
 *
 * Each page begins before the end of the last one and is laid against it by the IDs of its jobs. The offset of an
 * entry may so change from page to page: as long as entries keep their order, every job that is in the list from
 * beginning to end of the walk comes out once.
 *
 * @param first the answer at offset 0
 * @throws PageError `PAGE_REPEATED`, `PAGE_SHORT`, `PAGE_COUNT_MISMATCH`; `TOTAL_CHANGED` where a page has nothing
 *   in common with the ones before it, or their order is another
 */
export async function walkJobList(first: Answer<DecodedBody>, fetch: FetchList): Promise<WalkedList> {
  const seen = new Map<string, number>();
  const parts: { readonly list: RecordList; readonly from: number }[] = [];
  let stated = first.total !== null && first.total > first.count ? first.total : null;
  let hasChanged = false;
  let bytes = 0;
  /** Where the known entries end now: jobs that come or go before them move it. */
  let position = 0;

  const take = (answer: Answer<DecodedBody>, list: RecordList, ids: readonly string[], from: number) => {
    for (const id of ids.slice(from)) {
      if (seen.has(id)) throw changed(position, `job "${id}" comes again`);
      if (id !== '') seen.set(id, seen.size);
    }
    parts.push({ list, from });
    bytes += answer.bytes;
    return Math.min(OVERLAP, ids.length >> 1);
  };
  const list = jobsIn(first);
  let back = take(first, list, idsOf(list), 0);
  position = first.count;

  let steps = 0;
  for (;;) {
    const offset = Math.max(0, position - back);
    const answer = await fetch({ offset, limit: MAX_PAGE_SIZE });
    const page = jobsIn(answer);
    if (page.count > MAX_PAGE_SIZE) throw tooMany(offset, page.count);
    const ids = idsOf(page);
    const { from, isWoven, isBehind } = afterKnown(ids, seen);
    const isMoved = stated !== null && answer.total !== null && answer.total !== stated;
    if (isMoved) stated = answer.total;
    hasChanged ||= isMoved || isWoven || offset + from !== position;
    // At the beginning of the list without a known job, all of those are gone: the others come from here on.
    const isAfresh = from === 0 && offset === 0;
    const isLost = isBehind || (from === 0 && back > 0);
    if (isLost && ++steps > MAX_STEPS) throw changed(offset, 'no job that was just read is there');
    if (from < ids.length && (from > 0 || back === 0 || isAfresh)) {
      back = take(answer, page, ids, from);
      position = offset + ids.length;
      continue;
    }
    answer.body.release();
    if (from === 0 && back > 0 && offset > 0) {
      back *= 2;
      continue;
    }
    position = offset + from;
    if (isBehind) continue;
    if (back === 0 && ids.length > 0) throw repeated(offset);
    if (stated === null || position >= stated) break;
    if (back === 0) throw short(position, stated);
    // What comes next may be more than the server gives at once: without an overlap once.
    back = 0;
  }
  if (stated !== null && position > stated) throw tooMany(0, position);
  return { list: joined(parts), bytes, hasChanged };
}

/** How a page lies against the jobs that are known. */
function afterKnown(
  ids: readonly string[],
  seen: ReadonlyMap<string, number>,
): {
  /** Where its entries begin that come after all known ones; 0 where it holds none of these. */
  readonly from: number;
  /** Whether others stand among the known ones. */
  readonly isWoven: boolean;
  /** Whether it ends before the last known one. */
  readonly isBehind: boolean;
} {
  let last = -1;
  let from = 0;
  let known = 0;
  ids.forEach((id, index) => {
    const place = seen.get(id);
    if (place === undefined || place < last) return;
    last = place;
    from = index + 1;
    known++;
  });
  return { from, isWoven: known < from, isBehind: from > 0 && from === ids.length && last < seen.size - 1 };
}

function jobsIn({ body }: Answer<DecodedBody>): RecordList {
  const [list] = body.lists;
  if (list === undefined) throw new Error('An answer of the job list has lost its list');
  return list;
}

function idsOf(list: RecordList): string[] {
  const ids: string[] = [];
  for (const batch of list.batches()) {
    for (const entry of batch) {
      const id = entry instanceof JsonObject ? entry.get('jobId') : '';
      ids.push(typeof id === 'string' ? id : '');
    }
  }
  return ids;
}

function joined(parts: readonly { readonly list: RecordList; readonly from: number }[]): RecordList {
  return {
    key: 'jobs',
    count: parts.reduce((sum, { list, from }) => sum + list.count - from, 0),
    *batches() {
      for (const { list, from } of parts) {
        let start = 0;
        for (const batch of list.batches()) {
          if (start + batch.length > from) yield batch.slice(Math.max(0, from - start));
          start += batch.length;
        }
      }
    },
    digest: () => '',
  };
}

function changed(offset: number, what: string): PageError {
  return new PageError(
    'TOTAL_CHANGED',
    `The job list changes too much while it is read: at offset ${offset}, ${what}`,
    { retryable: false },
  );
}

function repeated(offset: number): PageError {
  return new PageError('PAGE_REPEATED', `The server gave jobs again for offset ${offset}`, {
    retryable: false,
  });
}

function short(count: number, stated: number): PageError {
  return new PageError('PAGE_SHORT', `The list states ${stated} jobs and ends after ${count}`, {
    retryable: true,
  });
}

function tooMany(offset: number, count: number): PageError {
  return new PageError(
    'PAGE_COUNT_MISMATCH',
    `The job list gives ${count} jobs from offset ${offset} on, more than it may`,
    {
      retryable: false,
    },
  );
}
