import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GesExportError, VerifyError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { LineCounter } from './count-lines.js';
import { toAsyncBuffer } from './parquet-file.js';
import { readFooter } from './parquet-footer.js';

/**
 * Rows in a finished file of text, counted from its bytes alone, by line ends: outside quotes for CSV, whose
 * header is not a row.
 *
 * @param path the format is read from the name
 * @param chunks the whole file; read to its end unless it throws
 * @throws VerifyError `VERIFY_FAILED` when the file is not whole
 */
export async function countTextRows(path: string, chunks: AsyncIterable<Buffer>): Promise<number> {
  const isCsv = /\.csv(\.gz)?$/.test(path);
  const { lines, isWhole } = await countLines(path, chunks, isCsv);
  if (!isWhole) throw new VerifyError('VERIFY_FAILED', `"${path}" ends in the middle of a row`);
  return isCsv ? lines - 1 : lines;
}

async function countLines(
  path: string,
  chunks: AsyncIterable<Buffer>,
  isQuoted: boolean,
): Promise<LineCounter> {
  const counter = new LineCounter(isQuoted);
  try {
    for await (const chunk of path.endsWith('.gz') ? unpacked(chunks) : chunks) counter.add(chunk);
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new VerifyError('VERIFY_FAILED', `"${path}" cannot be read to its end`, { cause });
  }
  return counter;
}

/** What gzip has packed; a failure to read it comes out as it is. */
export function unpacked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  const file = Readable.from(chunks, { objectMode: false });
  const text = file.pipe(createGunzip({ chunkSize: 1 << 18 }));
  file.on('error', (error) => text.destroy(error));
  text.on('close', () => file.destroy());
  return text;
}

/**
 * Rows in a finished Parquet file, from its footer.
 *
 * @throws VerifyError `VERIFY_FAILED` when there is no readable footer
 */
export async function countParquetRows(file: StoredFile): Promise<number> {
  try {
    return Number((await readFooter(toAsyncBuffer(file))).num_rows);
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" has no readable Parquet footer`, { cause });
  }
}
