import { isDeepStrictEqual } from 'node:util';
import type { ColumnChunk, RowGroup } from 'hyparquet';
import type { Column, StoredFile } from '../model.js';
import { ChunkScan } from './chunk-scan.js';
import type { FileLayout } from './file-layout.js';
import { openParquet } from './parquet-file.js';
import { readRowGroup } from './parquet-rows.js';
import { leafPaths, parquetSchemaProblem } from './parquet-schema.js';
import type { RowJudge } from './row-judge.js';
import { scanChunk } from './scan-chunk.js';

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
      const batch = await readRowGroup(file, parquet, number, first, columns, layout);
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
  const scan = await scanChunk(
    file,
    chunk,
    rows,
    (facts) => ChunkScan.for(column, facts),
    (found, { body, header }) => found.page(body, header),
  );
  return scan?.hasStatedNulls === true ? scan.nulls : null;
}
