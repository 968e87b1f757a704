import { isDeepStrictEqual } from 'node:util';
import type { ColumnChunk, RowGroup } from 'hyparquet';
import { GesExportError } from '../errors.js';
import type { Column, Compression, StoredFile } from '../model.js';
import { unpackPage } from '../page-codecs.js';
import { ChunkScan } from './chunk-scan.js';
import type { FileLayout } from './file-layout.js';
import { openParquet, toAsyncBuffer } from './parquet-file.js';
import { readPageHeader } from './parquet-pages.js';
import { readRowGroup } from './parquet-rows.js';
import { leafPaths, parquetSchemaProblem } from './parquet-schema.js';
import type { RowJudge } from './row-judge.js';

const CODECS: Readonly<Record<string, Compression>> = {
  UNCOMPRESSED: 'none',
  SNAPPY: 'snappy',
  GZIP: 'gzip',
  ZSTD: 'zstd',
};

/** More than any page of an export; a reader with more care has its own way to refuse them. */
const MAX_PAGE_BYTES = 1 << 30;

/**
 * Looks at the pages of every row group as bytes: one whose pages are as exports write them, with values of their types
 * that are as the statistics say, passes; every other one is decoded and judged cell by cell.
 *
 * @throws FileProblem
 */
export async function scanParquet(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  judge: RowJudge,
): Promise<void> {
  const parquet = await openParquet(file);
  const { schema, row_groups: groups } = parquet.metadata;
  const isAsPlanned =
    parquetSchemaProblem(schema, columns) === null && groups.every((group) => Number(group.num_rows) >= 0);
  const paths = isAsPlanned ? leafPaths(schema) : null;
  let first = 0;
  for (const [number, group] of groups.entries()) {
    const count = Number(group.num_rows);
    const nulls = paths === null || count === 0 ? null : await nullsOf(file, group, columns, paths, count);
    if (nulls !== null) {
      judge.pass(count);
      for (const [index, found] of nulls.entries()) judge.addNulls(index, found);
    } else if (count > 0) {
      const batch = await readRowGroup(parquet, number, first, columns, layout);
      judge.problems.push(...batch.problems);
      for (let index = 0; index < count; index++) judge.judge(() => batch.cells(index));
    }
    first += count;
  }
}

/** The nulls of each column in a row group that is plainly right; null where it is not. */
async function nullsOf(
  file: StoredFile,
  group: RowGroup,
  columns: readonly Column[],
  paths: readonly (readonly string[])[],
  rows: number,
): Promise<readonly number[] | null> {
  if (group.columns.length !== columns.length) return null;
  const nulls: number[] = [];
  for (const [index, column] of columns.entries()) {
    const chunk = group.columns[index];
    if (!isDeepStrictEqual(chunk?.meta_data?.path_in_schema, paths[index])) return null;
    const found = await nullsOfChunk(file, chunk, column, rows);
    if (found === null) return null;
    nulls.push(found);
  }
  return nulls;
}

async function nullsOfChunk(
  file: StoredFile,
  chunk: ColumnChunk | undefined,
  column: Column,
  rows: number,
): Promise<number | null> {
  const facts = chunk?.meta_data;
  const codec = CODECS[facts?.codec ?? ''];
  if (facts === undefined || codec === undefined || chunk?.file_path !== undefined) return null;
  const dataStart = Number(facts.data_page_offset);
  const start = Number(facts.dictionary_page_offset ?? dataStart);
  const length = Number(facts.total_compressed_size);
  if (!(start >= 0 && length > 0 && start + length <= file.bytes)) return null;
  const scan = ChunkScan.for(column, facts);
  if (scan === null) return null;
  const bytes = await bytesAt(file, start, start + length);
  if (bytes === null) return null;
  let at = 0;
  while (at < length) {
    const header = readPageHeader(bytes, at);
    if (header === null || header.plainBytes > MAX_PAGE_BYTES) return null;
    // The dictionary, and nothing else, comes before the place of the data.
    if (header.isDictionary !== start + at < dataStart) return null;
    at = header.bodyStart + header.packedBytes;
    if (at > length) return null;
    const body = unpacked(codec, bytes.subarray(header.bodyStart, at), header.plainBytes);
    if (body?.length !== header.plainBytes || !scan.page(body, header)) return null;
  }
  return scan.rows === rows && scan.entries === Number(facts.num_values) && scan.hasStatedNulls
    ? scan.nulls
    : null;
}

/** Null where they cannot be read; whoever decodes them says why. */
async function bytesAt(file: StoredFile, start: number, end: number): Promise<Buffer | null> {
  try {
    return Buffer.from(await toAsyncBuffer(file).slice(start, end));
  } catch (error) {
    if (error instanceof GesExportError) throw error;
    return null;
  }
}

function unpacked(codec: Compression, packed: Buffer, length: number): Buffer | null {
  try {
    const { buffer, byteOffset, byteLength } = unpackPage(codec, packed, length);
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  } catch {
    // Whoever decodes it says what is wrong with it.
    return null;
  }
}
