import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { PageError } from '../../errors.js';
import { canonicalJson, JsonObject, type JsonValue } from '../../json-value.js';
import type { DecodedBody, RecordList } from '../../model.js';
import { MAX_ENVELOPE_BYTES, MAX_MEMBERS, MAX_RECORD_BYTES, MAX_RECORDS, tooLarge } from '../limits.js';
import { firstInvalidUtf8 } from '../utf8.js';
import type { BufferPool } from './buffer-pool.js';
import { JsonCursor } from './json-cursor.js';
import { parseChecked, parseCheckedElements, parseCheckedMembers } from './parse-json.js';
import { recordMark } from './record-mark.js';
import { invalidJson } from './syntax.js';

/** Records are parsed in runs of about this many bytes: one string each, and short-lived. */
const BATCH_BYTES = 64 * 1024;

/**
 * The way down the objects whose arrays are record lists: the top level, `data`, `data.outputs`. Everything else
 * is part of the envelope.
 */
export const LIST_PARENTS: readonly string[] = ['data', 'outputs'];

/**
 * Reads an answer as bytes, checks all of it against RFC 8259 and RFC 3629, and cuts it into envelope and
 * record lists. Records stay bytes until they are asked for.
 *
 * @param maxBytes refuse longer answers
 * @param pool where the bytes live until `release()`
 * @param isMap whether a member is a list of records also where it is an object: each member of that is one then
 * @throws PageError `PAGE_INVALID`, with the byte offset, when the answer is not one JSON object
 */
export async function decodeBody(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  pool: BufferPool,
  isMap: (key: string) => boolean = () => false,
): Promise<DecodedBody> {
  const { buffer, length } = await collect(chunks, maxBytes, pool);
  const bytes = buffer.subarray(0, length);
  if (!isUtf8(bytes)) throw invalidJson('invalid UTF-8', firstInvalidUtf8(bytes));
  return cutBody(bytes, () => pool.give(buffer, length), { isMap });
}

interface CutOptions {
  /** The place in the whole answer, for errors, of a place in `bytes`. */
  readonly toOffset?: (at: number) => number;
  readonly isMap?: (key: string) => boolean;
}

/**
 * Cuts the bytes of an answer, UTF-8 already checked, into envelope and record lists.
 *
 * @throws PageError `PAGE_INVALID`
 */
export function cutBody(
  bytes: Buffer,
  release: () => void,
  { toOffset = (at) => at, isMap = () => false }: CutOptions = {},
): DecodedBody {
  const cursor = new JsonCursor(bytes, toOffset);
  const lists: RecordList[] = [];
  let envelopeBytes = 0;
  let records = 0;
  if (!cursor.isAtObject()) throw cursor.unexpected('an object');
  const envelope = readListParent(0);
  cursor.expectEnd();
  let isReleased = false;
  return {
    envelope,
    lists,
    bytes: bytes.length,
    heldBytes: bytes.length,
    release() {
      // Twice would hand the same memory to two pages.
      if (!isReleased) release();
      isReleased = true;
    },
  };

  function readListParent(level: number): JsonObject {
    const keys: string[] = [];
    const values: JsonValue[] = [];
    let members = 0;
    cursor.eachMember((keyStart, keyEnd) => {
      if (++members > MAX_MEMBERS)
        throw tooLarge(`an object of more than ${MAX_MEMBERS} members`, toOffset(keyStart));
      countEnvelope(keyStart, keyEnd);
      const key = parseChecked(bytes.toString('utf8', keyStart, keyEnd)) as string;
      const isMapped = cursor.isAtObject() && isMap(key);
      if (cursor.isAtArray() || isMapped) {
        lists.push(readList(key, isMapped));
        return;
      }
      keys.push(key);
      const isListParent = key === LIST_PARENTS[level] && cursor.isAtObject();
      values.push(isListParent ? readListParent(level + 1) : readValue(level + 1));
    });
    return new JsonObject(keys, values);
  }

  function readValue(depth: number): JsonValue {
    cursor.peek();
    const start = cursor.at;
    cursor.skipValue(depth);
    countEnvelope(start, cursor.at);
    return parseChecked(bytes.toString('utf8', start, cursor.at));
  }

  function countEnvelope(start: number, end: number): void {
    envelopeBytes += end - start;
    if (envelopeBytes > MAX_ENVELOPE_BYTES)
      throw tooLarge(`more than ${MAX_ENVELOPE_BYTES} bytes beside its records`, toOffset(start));
  }

  function readList(key: string, isMapped: boolean): RecordList {
    const starts: number[] = [];
    let lastEnd = cursor.at;
    const take = (start: number) => {
      if (++records > MAX_RECORDS) throw tooLarge(`more than ${MAX_RECORDS} records`, toOffset(start));
      starts.push(start);
      cursor.skipValue(3);
      if (cursor.at - start > MAX_RECORD_BYTES)
        throw tooLarge(`a record of more than ${MAX_RECORD_BYTES} bytes`, toOffset(start));
      lastEnd = cursor.at;
    };
    if (isMapped) cursor.eachMember(take);
    else cursor.eachElement(() => take(cursor.at));
    return recordList(bytes, key, Uint32Array.from(starts), lastEnd, isMapped);
  }
}

/** The comma behind a record, with white space (RFC 8259, section 2). */
const BEHIND_RECORD = /[ \t\n\r]*,[ \t\n\r]*$/;

function recordList(
  bytes: Buffer,
  key: string,
  starts: Uint32Array,
  lastEnd: number,
  isMap: boolean,
): RecordList {
  const parse = isMap ? parseCheckedMembers : parseCheckedElements;
  const startOf = (index: number) => (index < starts.length ? (starts[index] as number) : lastEnd);
  return {
    key,
    count: starts.length,
    ...(isMap ? { isMap } : {}),
    *batches() {
      let first = 0;
      while (first < starts.length) {
        let next = first + 1;
        while (next < starts.length && startOf(next) - startOf(first) < BATCH_BYTES) next++;
        yield parse(bytes.toString('utf8', startOf(first), startOf(next)));
        first = next;
      }
    },
    digest(from, to) {
      const hash = createHash('sha256');
      const text = from < to ? bytes.toString('utf8', startOf(from), startOf(to)) : '';
      for (const record of parse(text)) hash.update(`${canonicalJson(record)}\n`);
      return hash.digest('hex');
    },
    mark(index) {
      const upToNext = bytes.toString('utf8', startOf(index), startOf(index + 1));
      const text = index + 1 < starts.length ? upToNext.replace(BEHIND_RECORD, '') : upToNext;
      return recordMark(isMap ? `{${text}}` : text);
    },
  };
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  pool: BufferPool,
): Promise<{ buffer: Buffer; length: number }> {
  let buffer = pool.take();
  let length = 0;
  for await (const chunk of chunks) {
    const needed = length + chunk.length;
    if (needed > maxBytes) {
      throw new PageError(
        'PAGE_INVALID',
        `The answer is longer than ${maxBytes} bytes: ask for smaller pages`,
        {
          retryable: false,
          isSizeFault: true,
        },
      );
    }
    if (needed > buffer.length) buffer = pool.grow(buffer, length, needed);
    buffer.set(chunk, length);
    length = needed;
  }
  return { buffer, length };
}
