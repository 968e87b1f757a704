import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { parquetMetadataAsync } from 'hyparquet';
import { VerifyError } from '../errors.js';

/**
 * Rows in a finished file, counted from its bytes alone: by line ends for text (outside quotes for CSV, whose
 * header is not a row), from the footer for Parquet.
 *
 * @param path absolute; the format is read from the name
 * @throws VerifyError `VERIFY_FAILED` when the file is not whole
 */
export async function countRows(path: string): Promise<number> {
  if (path.endsWith('.parquet')) return countParquetRows(path);
  const isCsv = /\.csv(\.gz)?$/.test(path);
  const { lines, isWhole } = await countLines(path, isCsv);
  if (!isWhole) throw new VerifyError('VERIFY_FAILED', `"${path}" ends in the middle of a row`);
  return isCsv ? lines - 1 : lines;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

async function countLines(path: string, isQuoted: boolean): Promise<{ lines: number; isWhole: boolean }> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (stream !== file) file.on('error', (error) => stream.destroy(error));
  let lines = 0;
  let inQuotes = false;
  let last = LINE_FEED;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (byte === LINE_FEED) {
          if (!inQuotes) lines++;
        } else if (byte === QUOTE && isQuoted) inQuotes = !inQuotes;
      }
      last = chunk.at(-1) ?? last;
    }
  } catch (cause) {
    throw new VerifyError('VERIFY_FAILED', `"${path}" cannot be read to its end`, { cause });
  }
  return { lines, isWhole: last === LINE_FEED && !inQuotes };
}

async function countParquetRows(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const metadata = await parquetMetadataAsync({
      byteLength: size,
      async slice(start, end = size) {
        const bytes = new Uint8Array(end - start);
        await file.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      },
    });
    return Number(metadata.num_rows);
  } catch (cause) {
    throw new VerifyError('VERIFY_FAILED', `"${path}" has no readable Parquet footer`, { cause });
  } finally {
    await file.close();
  }
}
