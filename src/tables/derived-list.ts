import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue, stringifyJson } from '../json-value.js';
import type { DecodedBody, RecordList } from '../model.js';

/** Records are handed out in runs of this many: rows of one run are in memory together. */
const BATCH_RECORDS = 1000;

/** A record list whose records do not lie in the answer as they are, but were made from it. */
export function derivedList(
  key: string,
  records: readonly JsonValue[],
  facts: Pick<RecordList, 'members' | 'splitsGroups'>,
): RecordList {
  return {
    key,
    count: records.length,
    ...facts,
    *batches() {
      for (let at = 0; at < records.length; at += BATCH_RECORDS) yield records.slice(at, at + BATCH_RECORDS);
    },
    digest(from, to) {
      const hash = createHash('sha256');
      for (const record of records.slice(from, to)) hash.update(`${canonicalJson(record)}\n`);
      return hash.digest('hex');
    },
    mark: (index) => stringifyJson(records[index] as JsonValue),
  };
}

/** The same answer with other lists (and another envelope); its memory is still given back by `release()`. */
export function withLists(
  body: DecodedBody,
  lists: readonly RecordList[],
  envelope: JsonObject = body.envelope,
): DecodedBody {
  const { bytes, heldBytes } = body;
  return { envelope, lists, bytes, heldBytes, release: () => body.release() };
}
