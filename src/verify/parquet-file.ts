import { type AsyncBuffer, type FileMetaData, parquetScan } from 'hyparquet';
import { GesExportError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { PAGE_UNPACKERS } from '../page-codecs.js';
import { numberedColumns } from './numbered-columns.js';
import { readFooter } from './parquet-footer.js';
import { FileProblem } from './row-batch.js';

/** An open Parquet file: its footer, and its columns one row group at a time. */
export interface ParquetFile {
  readonly metadata: FileMetaData;
  /**
   * The cells of a column in the rows `[from, to)`, which must lie in one row group: INT64 as bigint, text and JSON as
   * what the parsers make of them, null as null or undefined.
   *
   * @param index of the column, from 0
   * @param name for messages
   * @throws FileProblem when the column cannot be decoded
   */
  readColumn(index: number, name: string, from: number, to: number): Promise<ArrayLike<unknown>>;
}

/** What becomes of the bytes of text, which are not there for null. */
interface TextParsers {
  readonly stringFromBytes: (bytes: Uint8Array | undefined) => unknown;
  readonly jsonFromBytes: (bytes: Uint8Array | undefined) => unknown;
}

/**
 * @param parsers strings where left out
 * @throws FileProblem when there is no readable footer
 */
export async function openParquet(stored: StoredFile, parsers: TextParsers = PARSERS): Promise<ParquetFile> {
  try {
    const file = toAsyncBuffer(stored);
    const metadata = await readFooter(file, PARSERS);
    const scan = await parquetScan({
      file,
      metadata: numberedColumns(metadata),
      compressors: PAGE_UNPACKERS,
      parsers,
      geoparquet: false,
    });
    return {
      metadata,
      readColumn: (index, name, rowStart, rowEnd) =>
        asFileProblem(`column ${JSON.stringify(name)} cannot be decoded`, () =>
          scan.readColumn({ column: String(index), rowStart, rowEnd }),
        ),
    };
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new FileProblem('has no readable Parquet footer', { cause });
  }
}

export function toAsyncBuffer(file: StoredFile): AsyncBuffer {
  return {
    byteLength: file.bytes,
    async slice(start, end = file.bytes) {
      if (!(start >= 0 && end <= file.bytes))
        throw new Error(`The file has no bytes from ${start} to ${end}`);
      const bytes = new Uint8Array(Math.max(0, end - start));
      let done = 0;
      for await (const chunk of file.read(start, end)) {
        bytes.set(chunk, done);
        done += chunk.length;
      }
      if (done < bytes.length) throw new Error(`The file ends at byte ${start + done}`);
      return bytes.buffer;
    },
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toText = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : utf8.decode(bytes));
/** JSON stays text, and a byte order mark at the start of a text stays with it. */
const PARSERS = { stringFromBytes: toText, jsonFromBytes: toText };

async function asFileProblem<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new FileProblem(`cannot be read: ${what}`, { cause });
  }
}
