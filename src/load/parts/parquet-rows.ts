import { type AsyncBuffer, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { ConfigError } from '../../errors.js';
import type { Column, PartFile } from '../../model.js';
import { PAGE_UNPACKERS } from '../../page-codecs.js';
import type { LoadCell, LoadRow } from '../load-model.js';
import { checkWholeFile, type OpenStored, openStored, unreadable } from './checked-stream.js';

/**
 * The rows of a Parquet part, one row group at a time. The file is hashed before it is read, because its footer
 * is at its end.
 *
 * @throws VerifyError `VERIFY_FAILED`
 */
export async function* parquetRows(
  open: OpenStored,
  file: PartFile,
  columns: readonly Column[],
): AsyncIterable<readonly LoadRow[]> {
  const stored = await openStored(open, file);
  await checkWholeFile(stored, file);
  try {
    const buffer: AsyncBuffer = {
      byteLength: file.bytes,
      async slice(start, end = file.bytes) {
        const bytes = new Uint8Array(end - start);
        let done = 0;
        for await (const chunk of stored.read(start, end)) {
          bytes.set(chunk, done);
          done += chunk.length;
        }
        return bytes.buffer;
      },
    };
    const metadata = await parquetMetadataAsync(buffer);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      let rows: unknown[][] = [];
      await parquetRead({
        file: buffer,
        metadata,
        rowStart,
        rowEnd,
        columns: columns.map((column) => column.name),
        compressors: PAGE_UNPACKERS,
        // JSON stays the text that it is, because JSON.parse rounds numbers; a mark U+FEFF stays where it is.
        parsers: { jsonFromBytes: toText, stringFromBytes: toText },
        onComplete: (found) => {
          rows = found;
        },
      });
      yield rows.map((row) => row.map(toCell));
      rowStart = rowEnd;
    }
  } catch (error) {
    throw error instanceof Error && !(error instanceof ConfigError) ? unreadable(file, error) : error;
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function toText(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : decoder.decode(bytes);
}

/** hyparquet gives booleans, bigints, numbers, strings and arrays; what is missing is null. */
function toCell(value: unknown): LoadCell {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => item ?? null);
  return value as LoadCell;
}
