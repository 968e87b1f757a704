import { isUtf8 } from 'node:buffer';
import { GesExportError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { unpacked } from './count-rows.js';
import { FileProblem } from './row-batch.js';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BLOCK_BYTES = 1 << 20;
/** A record has up to 16 MiB, a result that comes as one row 256 MiB; quotes may double them. */
const MAX_ROW_BYTES = 1 << 29;
/** Behind the bytes that a scan may read: a line feed, where every scan stops, and a quote, where those in quotes do. */
const STOPS = [LINE_FEED, QUOTE] as const;

/**
 * Hands out the text of a file as bytes, about 1 MiB at a time; `.gz` is unpacked.
 *
 * @param scan reads whole rows in the bytes `[0, end)`, which are UTF-8, end with a line feed and are followed by
 * another and a quote; gives the end of the last row that is whole. What is behind it comes again, with more.
 * @param scanRest is given what is left at the end of the file, without a line feed of its own: it may throw
 * @throws FileProblem when the file cannot be read to its end, is not UTF-8, has a row that is longer than any of an
 * export, or ends within a row
 */
export async function readBlocks(
  file: StoredFile,
  scan: (bytes: Buffer, end: number) => number,
  scanRest: (bytes: Buffer, end: number) => unknown = () => {},
): Promise<void> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES * 2);
  let length = 0;
  /** Up to here it is UTF-8. */
  let checked = 0;
  /** Up to here the bytes are lines that wait to be looked at. */
  let end = 0;
  /** A row that has not ended is looked at again when there is twice as much of it: what never ends costs no more. */
  let enough = 0;
  const look = () => {
    if (!isUtf8(block.subarray(checked, end))) throw new FileProblem('is not UTF-8');
    const behind = [block[end], block[end + 1]];
    [block[end], block[end + 1]] = STOPS;
    const used = scan(block, end);
    [block[end], block[end + 1]] = behind as [number, number];
    block.copyWithin(0, used, length);
    length -= used;
    checked = end - used;
    end = 0;
    enough = length * 2;
  };
  for await (const chunk of chunksOf(file)) {
    if (length + chunk.length + STOPS.length > block.length) {
      const larger = Buffer.allocUnsafe((length + chunk.length + STOPS.length) * 2);
      block.copy(larger, 0, 0, length);
      block = larger;
    }
    chunk.copy(block, length);
    const lineEnd = chunk.lastIndexOf(LINE_FEED);
    if (lineEnd >= 0) end = length + lineEnd + 1;
    length += chunk.length;
    if (end > 0 && (length >= enough || length > MAX_ROW_BYTES)) look();
    if (length > MAX_ROW_BYTES) throw new FileProblem(`has a row of more than ${MAX_ROW_BYTES} bytes`);
  }
  if (end > checked) look();
  if (length === 0) return;
  if (!isUtf8(block.subarray(checked, length))) throw new FileProblem('is not UTF-8');
  [block[length], block[length + 1]] = STOPS;
  scanRest(block, length);
  throw new FileProblem('ends in the middle of a row');
}

async function* chunksOf(file: StoredFile): AsyncGenerator<Buffer> {
  const chunks = file.path.endsWith('.gz') ? unpacked(file.read()) : file.scan();
  try {
    for await (const { buffer, byteOffset, byteLength } of chunks)
      yield Buffer.from(buffer, byteOffset, byteLength);
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new FileProblem('cannot be read to its end', { cause });
  }
}
