import type { RecordList } from './record-list.js';

/** Records a block holds; blocks differ only in the digits of their number. */
const BLOCK_RECORDS = 100_000;
/** Width of the block number: enough for 10^9 records. */
const BLOCK_DIGITS = 4;
/** Stands in a record's text where the digits of the block number belong. */
export const BLOCK_NUMBER = '#'.repeat(BLOCK_DIGITS);

/** The bytes of a block, comma after each record, and where its records and block numbers stand. */
interface Block {
  readonly bytes: Buffer;
  /** `starts[i]` begins record `i`; one entry more ends the last. */
  readonly starts: Uint32Array;
  /** Positions of block numbers, `slotsPerRecord` for each record. */
  readonly slots: Uint32Array;
  readonly slotsPerRecord: number;
}

/**
 * A list of any length that is cut from one block of ready bytes.
 *
 * `write(position)` gives the text of the record at a position inside the block, with `BLOCK_NUMBER` where its block
 * belongs, as often in every record. The block is built at the first use.
 */
export function createSyntheticLists(write: (position: number) => string): (total: number) => RecordList {
  let block: Block | undefined;
  return (total) => ({
    total,
    bytes: (offset, count) => {
      block ??= buildBlock(write);
      return cutRecords(block, offset, count);
    },
  });
}

function buildBlock(write: (position: number) => string): Block {
  const records = Array.from({ length: BLOCK_RECORDS }, (_, position) => `${write(position)},`);
  const bytes = Buffer.from(records.join(''));
  const starts = new Uint32Array(BLOCK_RECORDS + 1);
  records.forEach((record, position) => {
    starts[position + 1] = (starts[position] ?? 0) + Buffer.byteLength(record);
  });
  const slots: number[] = [];
  for (let at = bytes.indexOf(BLOCK_NUMBER); at >= 0; at = bytes.indexOf(BLOCK_NUMBER, at + BLOCK_DIGITS)) {
    slots.push(at);
  }
  return { bytes, starts, slots: Uint32Array.from(slots), slotsPerRecord: slots.length / BLOCK_RECORDS };
}

function cutRecords(block: Block, offset: number, count: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = offset; at < offset + count; ) {
    const number = Math.floor(at / BLOCK_RECORDS);
    const from = at - number * BLOCK_RECORDS;
    const to = Math.min(BLOCK_RECORDS, from + offset + count - at);
    at += to - from;
    const piece = copyRecords(block, number, from, to);
    chunks.push(at < offset + count ? piece : piece.subarray(0, -1));
  }
  return chunks;
}

/** Only a copy may be patched: other answers are still on their way to other clients. */
function copyRecords(block: Block, number: number, from: number, to: number): Buffer {
  const start = block.starts[from] ?? 0;
  const piece = Buffer.allocUnsafe((block.starts[to] ?? 0) - start);
  block.bytes.copy(piece, 0, start);
  const digits = Buffer.from(String(number).padStart(BLOCK_DIGITS, '0'));
  const [d0 = 0, d1 = 0, d2 = 0, d3 = 0] = digits;
  const end = to * block.slotsPerRecord;
  for (let i = from * block.slotsPerRecord; i < end; i++) {
    const slot = (block.slots[i] ?? 0) - start;
    piece[slot] = d0;
    piece[slot + 1] = d1;
    piece[slot + 2] = d2;
    piece[slot + 3] = d3;
  }
  return piece;
}
