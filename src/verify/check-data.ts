import { fitsType } from '../cell.js';
import { JsonNumber } from '../json-value.js';
import type { Column, ExportedTable, PartFile } from '../model.js';
import { columnPlaces, type PartitionValue, storedColumns } from '../partition.js';
import { type Disagreement, shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { type OpenFile, reopen } from './open-file.js';
import { FileProblem } from './row-batch.js';
import { RowJudge } from './row-judge.js';
import { scanRows } from './scan-rows.js';

export interface DataReport {
  readonly cells: number;
  /** Nulls by column, by table. */
  readonly nulls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly disagreements: readonly Disagreement[];
}

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
  const judge = new RowJudge(columns, nulls);
  try {
    await scanRows(stored, columns, layout, judge);
    judge.end();
    if (judge.rows !== file.rows)
      judge.problems.push(`has ${judge.rows} rows when every cell is read, not ${file.rows}`);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    judge.problems.push(error.message);
  }
  return { problems: judge.problems, rows: judge.rows };
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
