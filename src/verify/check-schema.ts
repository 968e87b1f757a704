import type { Column, ExportedTable, StoredFile } from '../model.js';
import { storedColumns } from '../partition.js';
import { readCsvHeader } from './csv-rows.js';
import type { Disagreement } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { type OpenFile, reopen } from './open-file.js';
import { openParquet } from './parquet-file.js';
import { namesProblem, parquetSchemaProblem } from './parquet-schema.js';
import { FileProblem, RowProblem } from './row-batch.js';
import { storedText } from './stored-value.js';

/**
 * Reads the columns of each file from its beginning or end: the header of CSV, the keys of the first NDJSON
 * line, the schema in a Parquet footer. They must be those of the manifest, in its order.
 *
 * @param paths the files to look at
 */
export async function checkSchemas(
  openFile: OpenFile,
  tables: readonly ExportedTable[],
  layout: FileLayout,
  paths: ReadonlySet<string>,
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const { columns: all, partitionBy, files } of tables) {
    const columns = storedColumns(all, partitionBy);
    for (const { path, rows } of files) {
      if (!paths.has(path)) continue;
      const problem = await schemaProblem(await reopen(openFile, path), columns, layout, rows);
      if (problem !== null) found.push({ kind: 'schema', path, message: `"${path}" ${problem}` });
    }
  }
  return found;
}

async function schemaProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  rows: number,
): Promise<string | null> {
  try {
    if (layout.format === 'csv') return await csvProblem(file, columns, layout);
    if (layout.format === 'parquet') return await parquetProblem(file, columns, rows);
    return await ndjsonProblem(file, columns, layout);
  } catch (error) {
    if (error instanceof FileProblem || error instanceof RowProblem) return error.message;
    throw error;
  }
}

async function csvProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
): Promise<string | null> {
  const names = (await readCsvHeader(file, layout)) ?? [];
  const expected = columns.map(({ name }) => storedText(name, layout));
  return namesProblem(
    names.map((name) => name ?? layout.csv.nullText),
    expected,
  );
}

async function ndjsonProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
): Promise<string | null> {
  for await (const batch of readNdjsonRows(file, columns, layout, () => true)) {
    batch.cells(0);
    break;
  }
  return null;
}

async function parquetProblem(
  file: StoredFile,
  columns: readonly Column[],
  rows: number,
): Promise<string | null> {
  const { schema, row_groups: groups, num_rows: total } = (await openParquet(file)).metadata;
  const problem = parquetSchemaProblem(schema, columns);
  if (problem !== null) return problem;
  const inGroups = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return inGroups === rows && Number(total) === rows
    ? null
    : `has ${inGroups} rows in its row groups and ${total} in its footer, not ${rows}`;
}
