// The memory of one decoder. Everything that lives in linear memory is described in this file.
//
//   0 …            nothing is stored below `__heap_base`; 0 is "no address"
//   powers         two u64 a power of five (number.ts), written once by the host
//   columns        COLUMN_BYTES a column: what it is, and its growing buffers
//   slots          SLOT_BYTES a column: the cells of the row that is being read, as places in the input
//   keys           KEY_BYTES a key of a record, in two sets: members and properties
//   input          [inBase, inEnd) the bytes not read yet, then SLACK bytes that begin with zeros
//   output         [outBase, outPos) encoded text, or a page of Parquet
//   scratch        unescaped text, keys of partitions, the output in the order of partitions, compressed pages
//   partitions     one more column, of which only buffers are used: the numbers of the partitions by their keys, and
//                  for each row of the output where it ends and which partition it is of
//   runs           RUN_BYTES a partition: what it has of the output that was dealt out last
//
// Blocks come from `allocate()`. A buffer that grows gets a block of twice the size and gives the old one back to
// the list of its size. Memory is never given back to the host: a decoder is used again, window after window.

/** Bytes after every buffer that 16-byte loads and stores may touch. */
export const SLACK: usize = 64;

// Formats, as the host numbers them.
export const CSV: u32 = 0;
export const NDJSON: u32 = 1;
export const PARQUET: u32 = 2;
/** Rows that wait to be written as Parquet: an array of the cells a line, `json` cells as texts. */
export const CELLS: u32 = 3;

// Column types, as the host numbers them. A list type is LIST_OF more than the type of its elements.
export const STRING: u32 = 0;
export const BOOLEAN: u32 = 1;
export const INT64: u32 = 2;
export const DOUBLE: u32 = 3;
export const JSON: u32 = 4;
export const LIST_OF: u32 = 8;

// ---- slots ----------------------------------------------------------------------------------------------------

export const SLOT_BYTES: usize = 16;
/** u32: one of the kinds below. */
export const SLOT_KIND: usize = 0;
/** u32, u32: the bytes of the cell in the input; for COUNTED both together are an integer of 64 bits. */
export const SLOT_START: usize = 4;
export const SLOT_END: usize = 8;

export const NULL: u32 = 0;
/** Between the quotes, no escapes. */
export const TEXT: u32 = 1;
/** Between the quotes, with escapes. */
export const ESCAPED: u32 = 2;
/** Without fraction and exponent. */
export const INTEGER: u32 = 3;
export const FRACTION: u32 = 4;
export const TRUE: u32 = 5;
export const FALSE: u32 = 6;
/** From `[` to `]`, without white space and escapes: its bytes are its compact text. */
export const LIST: u32 = 7;
/** From `[` to `]`, to be written anew. */
export const LOOSE_LIST: u32 = 8;
/** An integer that the walker counted: an offset or a position. */
export const COUNTED: u32 = 9;

// ---- keys -----------------------------------------------------------------------------------------------------

export const KEY_BYTES: usize = 64;
/** 16 bytes: the beginning of the key with its closing quote; then 16 bytes of mask. */
export const KEY_HEAD: usize = 0;
export const KEY_MASK: usize = 16;
/** u32: all of it, for longer keys. */
export const KEY_TEXT: usize = 32;
/** u32: its length, the closing quote included. */
export const KEY_LENGTH: usize = 36;
/** i32: the column; PROPERTIES or PATHS for the members that hold more. */
export const KEY_COLUMN: usize = 40;
/** u32: address of the key that followed this one in the last record. */
export const KEY_NEXT: usize = 44;

export const PROPERTIES: i32 = -1;
export const PATHS: i32 = -2;

// ---- columns --------------------------------------------------------------------------------------------------

export const COLUMN_BYTES: usize = 256;
export const COLUMN_TYPE: usize = 0;
export const COLUMN_NULLABLE: usize = 4;
/** What stands before the value in NDJSON: `{"a":` or `,"b":`. */
export const COLUMN_PREFIX: usize = 12;
export const COLUMN_PREFIX_LENGTH: usize = 16;

// Parquet only: the open page of the column, and the dictionary of its chunk. The counters are what `mark()` saves and
// `rollback()` restores.
export const COUNTERS_START: usize = 32;
/** u32: 1 while texts go to the dictionary. */
export const COLUMN_HAS_DICTIONARY: usize = 32;
/** u32: 1 when a page was made, after which all pages of the chunk are of its kind. */
export const COLUMN_IS_SETTLED: usize = 36;
/** u32: values, nulls and empty lists in the open page. */
export const COLUMN_ENTRIES: usize = 40;
/** u32: values in the open page. */
export const COLUMN_VALUES: usize = 44;
/** u32: distinct values in the dictionary. */
export const COLUMN_DISTINCT: usize = 48;
/** u32 lengths of the buffers below, in their order. */
export const COLUMN_LENGTHS: usize = 56;
export const COUNTERS_END: usize = 80;
/** BUFFER_BYTES each: address, capacity. */
export const COLUMN_BUFFERS: usize = 96;
export const BUFFER_BYTES: usize = 8;

// Buffers of the open page:
/** PLAIN values: 8 bytes each, or length and bytes; one byte each for booleans. */
export const VALUES: usize = 0;
/** u8 a level. */
export const DEFINITIONS: usize = 1;
export const REPETITIONS: usize = 2;
/** u32 a value: its number in the dictionary. */
export const INDICES: usize = 3;
export const PAGE_BUFFERS: usize = 4;
// Buffers of the chunk:
/** The dictionary page: its values in PLAIN encoding. */
export const DICTIONARY: usize = 4;
/** u32 a distinct value: where it begins in DICTIONARY. */
export const DICTIONARY_STARTS: usize = 5;

/** The last value's number in the dictionary, and the hash table: u32 number + 1, u32 hash. */
export const COLUMN_LAST: usize = 160;
export const COLUMN_TABLE: usize = 164;
/** u32: slots of the hash table, a power of two. */
export const COLUMN_TABLE_SIZE: usize = 168;

// ---- partitions -----------------------------------------------------------------------------------------------

// Buffers of the column `partitions`; its DICTIONARY holds the keys.
/** u32 a row: where it ends in the output. */
export const ROW_ENDS: usize = VALUES;
/** u32 a row: the number of its partition. */
export const ROW_PARTITIONS: usize = INDICES;

/** In a key, in place of the length of a value: null. */
export const NULL_VALUE: u32 = 0xffffffff;

export const RUN_BYTES: usize = 12;
/** u32, u32: bytes and rows that the partition has of the output. */
export const RUN_LENGTH: usize = 0;
export const RUN_ROWS: usize = 4;
/** u32: where its next row is put. */
export const RUN_PLACE: usize = 8;

// ---- blocks ---------------------------------------------------------------------------------------------------

/** Tells the user that a record needs more memory than there is; never comes back. */
// @ts-ignore: decorator
@external('host', 'outOfMemory')
declare function outOfMemory(): void;

/** The first free block of each power of two; a free block begins with the address of the next. */
const freeBlocks = memory.data(32 * 4, 16);
let top: usize = 0;

/** A block of at least `bytes` bytes with SLACK after them. */
export function allocate(bytes: usize): usize {
  const power = blockPower(bytes);
  const list = freeBlocks + (power << 2);
  const free = load<u32>(list) as usize;
  if (free != 0) {
    store<u32>(list, load<u32>(free));
    return free;
  }
  if (top == 0) top = (__heap_base + 15) & ~15;
  const block = top;
  const end = (top as u64) + ((1 as u64) << power) + SLACK;
  const missing = (((end + 0xffff) >>> 16) as i32) - memory.size();
  if (end > 0xffff0000 || (missing > 0 && memory.grow(missing) < 0)) outOfMemory();
  top = end as usize;
  return block;
}

export function release(block: usize, bytes: usize): void {
  const list = freeBlocks + (blockPower(bytes) << 2);
  store<u32>(block, load<u32>(list));
  store<u32>(list, block as u32);
}

/** How many bytes a block that was asked for with `bytes` really has. */
export function blockBytes(bytes: usize): usize {
  return (1 as usize) << blockPower(bytes);
}

// @ts-ignore: decorator
@inline
function blockPower(bytes: usize): usize {
  if (bytes > 0x80000000) outOfMemory();
  return bytes <= 64 ? 6 : (32 - clz<u32>((bytes - 1) as u32)) as usize;
}

// ---- growing buffers of a column ------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function bufferLength(column: usize, buffer: usize): usize {
  return load<u32>(column + COLUMN_LENGTHS + (buffer << 2)) as usize;
}

// @ts-ignore: decorator
@inline
export function setBufferLength(column: usize, buffer: usize, length: usize): void {
  store<u32>(column + COLUMN_LENGTHS + (buffer << 2), length as u32);
}

// @ts-ignore: decorator
@inline
export function bufferStart(column: usize, buffer: usize): usize {
  return load<u32>(column + COLUMN_BUFFERS + buffer * BUFFER_BYTES) as usize;
}

/** The address where `bytes` more bytes may be written; the length is not changed. */
// @ts-ignore: decorator
@inline
export function room(column: usize, buffer: usize, bytes: usize): usize {
  const length = bufferLength(column, buffer);
  const at = column + COLUMN_BUFFERS + buffer * BUFFER_BYTES;
  if (length + bytes > (load<u32>(at, 4) as usize)) growBuffer(at, length, length + bytes);
  return (load<u32>(at) as usize) + length;
}

function growBuffer(at: usize, length: usize, needed: usize): void {
  const old = load<u32>(at) as usize;
  const oldBytes = load<u32>(at, 4) as usize;
  const bytes = blockBytes(needed < 1024 ? 1024 : needed);
  const block = allocate(bytes);
  if (old != 0) {
    memory.copy(block, old, length);
    release(old, oldBytes);
  }
  store<u32>(at, block as u32);
  store<u32>(at, bytes as u32, 4);
}
