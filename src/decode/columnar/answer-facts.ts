import { createHash } from 'node:crypto';
import { canonicalJson } from '../../json-value.js';
import type { DecodedBody, RecordList } from '../../model.js';
import { cutBody } from '../reference/decode-body.js';
import { parseChecked } from '../reference/parse-json.js';
import { recordMark } from '../reference/record-mark.js';

/** A record list that was encoded: plain data. */
export interface ListFacts {
  readonly key: string;
  readonly count: number;
  /** The text of its first and of its last record; null without records. */
  readonly first: string | null;
  readonly last: string | null;
  /** The marks of those records that are watched, by their index. */
  readonly marks: ReadonlyMap<number, string>;
}

/** What is known of an answer whose records were encoded: plain data, which may come from another thread. */
export interface AnswerFacts {
  /** The answer with empty lists in place of those that were encoded, checked. */
  readonly kept: Uint8Array;
  /** Those lists, in their order. */
  readonly lists: readonly ListFacts[];
  /** Length of the answer. */
  readonly bytes: number;
  /** Memory that its rows take while they wait, in bytes. */
  readonly heldBytes: number;
}

/** The answer as the rest of the program sees it. */
export function bodyOf({ kept, lists: encoded, bytes, heldBytes }: AnswerFacts): DecodedBody {
  const body = cutBody(Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength), () => {});
  const keys = new Set(encoded.map(({ key }) => key));
  const next = encoded[Symbol.iterator]();
  // The encoded lists were left empty; each takes back the place it had.
  const lists = body.lists.map((list) => {
    const facts = keys.has(list.key) ? next.next().value : undefined;
    return facts === undefined ? list : encodedList(facts);
  });
  return { ...body, lists, bytes, heldBytes };
}

function encodedList({ key, count, first, last, marks }: ListFacts): RecordList {
  return {
    key,
    count,
    batches() {
      throw new Error(`The records of "${key}" are encoded already`);
    },
    digest(from, to) {
      if (from === to) return NO_RECORDS;
      const record = from === 0 && to === 1 ? first : from === count - 1 && to === count ? last : null;
      if (record === null)
        throw new Error(`Of ${count} records only the first and the last can be told apart`);
      return digestOf(record);
    },
    mark(index) {
      const end = index === 0 ? first : index === count - 1 ? last : null;
      return end === null ? (marks.get(index) ?? null) : recordMark(end);
    },
  };
}

/** The digest of an empty range. */
const NO_RECORDS = createHash('sha256').digest('hex');

function digestOf(record: string): string {
  return createHash('sha256')
    .update(`${canonicalJson(parseChecked(record))}\n`)
    .digest('hex');
}
