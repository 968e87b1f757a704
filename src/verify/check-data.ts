import { fitsType } from '../cell.js';
import { JsonNumber, type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, ExportedTable, PartFile } from '../model.js';
import { columnPlaces, type PartitionValue, storedColumns } from '../partition.js';
import { type Disagreement, shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { type OpenFile, reopen } from './open-file.js';
import { readRows } from './read-rows.js';
import { FileProblem, RowProblem } from './row-batch.js';

export interface DataReport {
  readonly cells: number;
  /** Nulls by column, by table. */
  readonly nulls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly disagreements: readonly Disagreement[];
}

/** A file that is wrong throughout is not told row by row. */
const MAX_PROBLEMS_A_FILE = 5;

/**
 * Decodes every cell of the given files: each must be of its column's type, null only where the column may be,
 * and the rows of a file as many as recorded. Parquet's statistics must be those of the cells.
 */
export async function checkData(
  openFile: OpenFile,
  tables: readonly ExportedTable[],
  layout: FileLayout,
  paths: ReadonlySet<string>,
): Promise<DataReport> {
  const disagreements: Disagreement[] = [];
  const nulls = new Map<string, Record<string, number>>();
  let cells = 0;
  for (const { name, columns: all, partitionBy = [], files } of tables) {
    const columns = storedColumns(all, partitionBy);
    const counts = columns.map(() => 0);
    const partitionCounts = partitionBy.map(() => 0);
    for (const file of files) {
      if (!paths.has(file.path)) continue;
      const { problems, rows } = await checkCells(openFile, file, columns, layout, counts);
      cells += rows * columns.length;
      for (const [index, value] of (file.partition ?? []).entries())
        if (value === null) partitionCounts[index] = (partitionCounts[index] ?? 0) + rows;
      problems.push(...partitionProblems(file, all, partitionBy));
      for (const problem of problems)
        disagreements.push({ kind: 'data', path: file.path, message: `"${file.path}" ${problem}` });
    }
    const nullsOf = columnPlaces(all, partitionBy).map((place) =>
      'stored' in place ? counts[place.stored] : partitionCounts[place.partition],
    );
    nulls.set(name, Object.fromEntries(all.map((column, index) => [column.name, nullsOf[index] ?? 0])));
  }
  return { cells, nulls: Object.fromEntries(nulls), disagreements };
}

async function checkCells(
  openFile: OpenFile,
  file: PartFile,
  columns: readonly Column[],
  layout: FileLayout,
  nulls: number[],
): Promise<{ problems: string[]; rows: number }> {
  const stored = await reopen(openFile, file.path);
  const problems: string[] = [];
  let rows = 0;
  let wrongRows = 0;
  try {
    for await (const batch of readRows(stored, columns, layout)) {
      problems.push(...batch.problems);
      for (let index = 0; index < batch.count; index++) {
        rows++;
        const problem = rowProblem(() => batch.cells(index), columns, nulls);
        if (problem !== null && wrongRows++ < MAX_PROBLEMS_A_FILE)
          problems.push(`row ${batch.first + index + 1}, ${problem}`);
      }
    }
    if (wrongRows > MAX_PROBLEMS_A_FILE)
      problems.push(`has ${wrongRows - MAX_PROBLEMS_A_FILE} more such rows`);
    if (rows !== file.rows) problems.push(`has ${rows} rows when every cell is read, not ${file.rows}`);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    problems.push(error.message);
  }
  return { problems, rows };
}

/** What the path says must be of the type of its column too. */
function partitionProblems(
  { partition = [], rows }: PartFile,
  columns: readonly Column[],
  partitionBy: readonly string[],
): string[] {
  return partitionBy.flatMap((name, index) => {
    const column = columns.find((one) => one.name === name);
    const value = partition[index];
    if (column === undefined || value === undefined || isPartitionCell(value, column, rows)) return [];
    const what = value === null ? 'null' : shown(JSON.stringify(value));
    return [`is of the partition ${JSON.stringify(name)} = ${what}, which is no ${column.type}`];
  });
}

function isPartitionCell(value: PartitionValue, { type, nullable }: Column, rows: number): boolean {
  if (value === null) return nullable || rows === 0;
  if (type === 'int64') return /^-?\d+$/.test(value) && fitsType(new JsonNumber(value), type);
  return type === 'boolean' ? value === 'true' || value === 'false' : type === 'string';
}

function rowProblem(
  read: () => readonly JsonValue[],
  columns: readonly Column[],
  nulls: number[],
): string | null {
  let cells: readonly JsonValue[];
  try {
    cells = read();
  } catch (error) {
    if (error instanceof RowProblem) return error.message;
    throw error;
  }
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] as JsonValue;
    if (cell === null) nulls[index] = (nulls[index] ?? 0) + 1;
    if (cell === null ? column.nullable : fitsType(cell, column.type)) continue;
    const expected = `${column.type}${column.nullable ? ' or null' : ''}`;
    return `column ${JSON.stringify(column.name)}: expected ${expected}, got ${shown(stringifyJson(cell))}`;
  }
  return null;
}
