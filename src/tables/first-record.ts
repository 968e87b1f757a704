import type { JsonValue } from '../json-value.js';
import type { RecordList } from '../model.js';

/** The first record of a list; undefined where it has none. */
export function firstRecord(list: RecordList): JsonValue | undefined {
  for (const [first] of list.batches()) return first;
  return undefined;
}
