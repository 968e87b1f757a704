import { type Encodable, encodeJson } from './encode-json.js';

/** The records of a job's result, as the bytes that stand between `[` and `]`. */
export interface RecordList {
  readonly total: number;
  /** The records `[offset, offset + count)`, comma between them; the range must lie inside the list. */
  bytes(offset: number, count: number): Uint8Array[];
}

/** A list held in memory. */
export function listOf(records: readonly Encodable[]): RecordList {
  const texts = records.map(encodeJson);
  return {
    total: texts.length,
    bytes: (offset, count) => [Buffer.from(texts.slice(offset, offset + count).join(','))],
  };
}
