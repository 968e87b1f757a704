import type { ColumnChunk, ColumnMetaData } from 'hyparquet';
import { GesExportError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { unpackPage } from '../page-codecs.js';
import { CODECS } from './chunk-pages.js';
import { toAsyncBuffer } from './parquet-file.js';
import { endOfHybrid } from './parquet-pages.js';
import { FileProblem } from './row-batch.js';
import { THRIFT, ThriftBytes } from './thrift-bytes.js';
import { endOfStruct, skipValue } from './thrift-walk.js';

/** The greatest levels of a column, by its path in the schema. */
export interface Levels {
  readonly repetition: number;
  readonly definition: number;
}

const MAX_CHUNK_BYTES = 1 << 28;
const MAX_PAGE_BYTES = 1 << 28;
/** Entries of a page, and of a column chunk. */
export const MAX_ENTRIES = 1 << 22;
const MAX_INDEX_BITS = 24;

// parquet.thrift: PageType, Encoding.
const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;
const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltaBinary: 5,
  deltaLength: 6,
  dictionary: 8,
} as const;

/** A page by what its header says; a struct by the ids of its fields. */
type Fields = Map<number, number | Fields>;

/**
 * Makes sure that a column chunk of a file of another program may be decoded: what its pages declare (sizes, entries,
 * runs of levels and indexes) must be there. hyparquet takes it at its word, and a single number that lies would take
 * all memory. Values are not looked at: what they declare, hyparquet compares with the bytes.
 *
 * @throws FileProblem
 */
export async function checkForeignChunk(file: StoredFile, chunk: ColumnChunk, levels: Levels): Promise<void> {
  const facts = chunk.meta_data;
  const name = facts?.path_in_schema.join('.') ?? '';
  const problem = facts === undefined ? 'is not described' : await problemOf(file, chunk, facts, levels);
  if (problem !== null) throw new FileProblem(`column ${JSON.stringify(name)} ${problem}`);
}

async function problemOf(
  file: StoredFile,
  chunk: ColumnChunk,
  facts: ColumnMetaData,
  levels: Levels,
): Promise<string | null> {
  if (CODECS[facts.codec] === undefined) return `is packed with ${facts.codec}, which is not read here`;
  if (chunk.file_path !== undefined) return 'lies in another file';
  const start = Number(facts.dictionary_page_offset || facts.data_page_offset);
  const length = Number(facts.total_compressed_size);
  const isInside = start >= 0 && length >= 0 && start + length <= file.bytes && length <= MAX_CHUNK_BYTES;
  if (!isInside) return 'lies outside of the file';
  if (Number(facts.num_values) > MAX_ENTRIES) return `declares more than ${MAX_ENTRIES} entries`;
  const bytes = Buffer.from(await toAsyncBuffer(file).slice(start, start + length));
  let entries = 0;
  // As hyparquet goes on: a last byte is no page.
  for (let at = 0; at < bytes.length - 1; ) {
    const header = endOfStruct(bytes, at) < 0 ? null : new ThriftBytes(bytes, at);
    const page = header === null ? null : readFields(header, 0);
    if (header === null || page === null) return 'has a damaged page header';
    const packed = numberIn(page, 3);
    const end = header.at + packed;
    if (packed < 0 || end > bytes.length) return 'has a page that is longer than the column';
    const plain = numberIn(page, 2);
    if (plain < 0 || plain > MAX_PAGE_BYTES) return 'has a page that is too long';
    const seen = pageEntries(bytes.subarray(header.at, end), page, plain, facts, levels);
    if (seen < 0) return 'has a page that does not hold what it declares, or in a way that is not read here';
    entries += seen;
    if (entries > Number(facts.num_values)) return 'has more entries than it declares';
    at = end;
  }
  return null;
}

/** How many entries of the column a page holds; -1 where it does not hold what it says. */
function pageEntries(
  packed: Buffer,
  page: Fields,
  plainBytes: number,
  facts: ColumnMetaData,
  levels: Levels,
): number {
  const kind = page.get(1);
  if (kind === PAGE.dictionary) {
    const count = numberIn(fieldsIn(page, 7), 1);
    const body = unpacked(packed, plainBytes, facts);
    // Each takes a bit at least, those of no length aside.
    return body === null || count < 0 || count > MAX_ENTRIES ? -1 : 0;
  }
  const isV2 = kind === PAGE.dataV2;
  const details = fieldsIn(page, isV2 ? 8 : 5);
  const entries = numberIn(details, 1);
  if ((kind !== PAGE.data && !isV2) || entries < 0 || entries > MAX_ENTRIES) return -1;
  const encoding = numberIn(details, isV2 ? 4 : 2);
  const rest = isV2
    ? restOfV2(packed, details, plainBytes, entries, facts, levels)
    : restOfV1(packed, plainBytes, entries, facts, levels);
  return rest !== null && holdsValues(rest, encoding, facts, isV2) ? entries : -1;
}

/** What is behind the levels, and how many values are to be there. */
interface Rest {
  readonly body: Buffer;
  readonly values: number;
}

/** Levels with their lengths before them, packed with the values. */
function restOfV1(
  packed: Buffer,
  plainBytes: number,
  entries: number,
  facts: ColumnMetaData,
  levels: Levels,
): Rest | null {
  const body = unpacked(packed, plainBytes, facts);
  if (body === null) return null;
  const repetitions = levels.repetition === 0 ? 0 : endOfLevels(body, 0);
  const definitions = levels.definition === 0 ? repetitions : endOfLevels(body, repetitions);
  if (repetitions < 0 || definitions < 0) return null;
  if (levels.repetition > 0 && levelsIn(body.subarray(4, repetitions), levels.repetition, entries) === null)
    return null;
  if (levels.definition === 0) return { body: body.subarray(definitions), values: entries };
  const found = levelsIn(body.subarray(repetitions + 4, definitions), levels.definition, entries);
  if (found === null) return null;
  const values = found.reduce((sum, level) => sum + (level === levels.definition ? 1 : 0), 0);
  return { body: body.subarray(definitions), values };
}

/** Where levels end that have their length before them; -1 where that is not within the bytes. */
function endOfLevels(body: Buffer, at: number): number {
  const end = at < 0 || at + 4 > body.length ? -1 : at + 4 + body.readUInt32LE(at);
  return end <= body.length ? end : -1;
}

/** Levels without their lengths, which the header says, in front of what is packed. */
function restOfV2(
  page: Buffer,
  details: Fields,
  plainBytes: number,
  entries: number,
  facts: ColumnMetaData,
  levels: Levels,
): Rest | null {
  const [nulls, definitions, repetitions] = [2, 5, 6].map((field) => numberIn(details, field)) as [
    number,
    number,
    number,
  ];
  const levelBytes = definitions + repetitions;
  if (nulls < 0 || nulls > entries || definitions < 0 || repetitions < 0) return null;
  if (levelBytes > page.length || levelBytes > plainBytes) return null;
  const hasLevels =
    (levels.repetition === 0 || levelsIn(page.subarray(0, repetitions), levels.repetition, entries)) &&
    (levels.definition === 0 || levelsIn(page.subarray(repetitions, levelBytes), levels.definition, entries));
  if (!hasLevels) return null;
  const rest = page.subarray(levelBytes);
  const isPacked = details.get(7) !== 0;
  const body = isPacked ? unpacked(rest, plainBytes - levelBytes, facts) : rest;
  return body === null ? null : { body, values: entries - nulls };
}

function levelsIn(bytes: Buffer, most: number, entries: number): Uint8Array | null {
  const found = new Uint8Array(entries);
  const width = 32 - Math.clz32(most);
  return endOfHybrid(bytes, 0, bytes.length, width, entries, found) < 0 ? null : found;
}

/** Whether what hyparquet reserves memory for by the word of the bytes is bounded by them. */
function holdsValues(
  { body, values }: Rest,
  encoding: number,
  { type }: ColumnMetaData,
  isV2: boolean,
): boolean {
  switch (encoding) {
    case ENCODING.plain:
    case ENCODING.deltaBinary:
    case ENCODING.deltaLength:
      return true;
    case ENCODING.rle: {
      const end = body.length < 4 ? -1 : 4 + body.readUInt32LE(0);
      if (type !== 'BOOLEAN' || end < 0 || end > body.length) return false;
      return endOfHybrid(body, 4, end, 1, values, new Uint8Array(values)) >= 0;
    }
    case ENCODING.plainDictionary:
    case ENCODING.dictionary: {
      const [width] = body;
      if (width === undefined || width > MAX_INDEX_BITS || type === 'BOOLEAN') return false;
      // Where there is one index only, hyparquet reads no runs of it in pages of version 1.
      if (width === 0 && !isV2) return true;
      return endOfHybrid(body, 1, body.length, width, values, new Uint32Array(values)) >= 0;
    }
    default:
      return false;
  }
}

function unpacked(packed: Buffer, length: number, { codec }: ColumnMetaData): Buffer | null {
  const known = CODECS[codec];
  if (known === undefined) return null;
  try {
    const { buffer, byteOffset, byteLength } = unpackPage(known, packed, length);
    return byteLength === length ? Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength) : null;
  } catch (error) {
    if (error instanceof GesExportError) throw error;
    return null;
  }
}

/** The numbers and structs of a struct, its booleans as 1 and 0; null where it cannot be read. */
function readFields(bytes: ThriftBytes, depth: number): Fields | null {
  const fields: Fields = new Map();
  let id = 0;
  for (;;) {
    const head = bytes.next();
    if (head === THRIFT.stop) return fields;
    if (head === undefined) return null;
    id = head < 0x10 ? bytes.count() : id + (head >> 4);
    const type = head & 0x0f;
    if (type === THRIFT.true || type === THRIFT.false) fields.set(id, type === THRIFT.true ? 1 : 0);
    else if (type === THRIFT.i16 || type === THRIFT.i32) fields.set(id, bytes.count());
    else if (type === THRIFT.struct && depth < 2) {
      const inner = readFields(bytes, depth + 1);
      if (inner === null) return null;
      fields.set(id, inner);
    } else if (skipValue(bytes, type, depth)) fields.delete(id);
    else return null;
  }
}

/** -1 for one that is not there. */
function numberIn(fields: Fields, id: number): number {
  const value = fields.get(id);
  return typeof value === 'number' ? value : -1;
}

function fieldsIn(fields: Fields, id: number): Fields {
  const value = fields.get(id);
  return value instanceof Map ? value : new Map();
}
