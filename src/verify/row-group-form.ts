import { isDeepStrictEqual } from 'node:util';
import type { ColumnChunk, FileMetaData, RowGroup } from 'hyparquet';
import type { Column, StoredFile } from '../model.js';
import { ChunkScan } from './chunk-scan.js';
import { leafPaths, parquetSchemaProblem } from './parquet-schema.js';
import { FileProblem } from './row-batch.js';
import { scanChunk } from './scan-chunk.js';

/** As many numbers as an answer of 256 MiB can hold. */
const MAX_CHUNK_ENTRIES = 1 << 27;

/**
 * Makes sure that a row group may be decoded: hyparquet takes the numbers in page headers and in runs of levels at their
 * word, and a single one that is damaged would take all memory. What passes here is put together as exports do it;
 * whether its values are right is not looked at.
 *
 * @throws FileProblem
 */
export async function checkRowGroup(
  file: StoredFile,
  { schema }: FileMetaData,
  group: RowGroup | undefined,
  columns: readonly Column[],
): Promise<void> {
  const problem = parquetSchemaProblem(schema, columns);
  if (problem !== null) throw new FileProblem(problem);
  const paths = leafPaths(schema);
  for (const [index, column] of columns.entries()) {
    const chunk = group?.columns[index];
    const isInPlace =
      group?.columns.length === columns.length &&
      isDeepStrictEqual(chunk?.meta_data?.path_in_schema, paths[index]) &&
      !INDEXES.some((name) => chunk?.[name] !== undefined);
    if (isInPlace && (await isWhole(file, chunk, column, Number(group.num_rows)))) continue;
    throw new FileProblem(
      `cannot be read: column ${JSON.stringify(column.name)} is not stored as exports do it`,
    );
  }
}

/** Exports write none of them. */
const INDEXES = ['offset_index_offset', 'column_index_offset'] as const;

async function isWhole(
  file: StoredFile,
  chunk: ColumnChunk | undefined,
  column: Column,
  rows: number,
): Promise<boolean> {
  const scan = await scanChunk(
    file,
    chunk,
    rows,
    (facts) => (Number(facts.num_values) <= MAX_CHUNK_ENTRIES ? ChunkScan.ofForm(column, facts) : null),
    (found, { body, header }) => found.isWhole(body, header),
  );
  return scan !== null;
}
