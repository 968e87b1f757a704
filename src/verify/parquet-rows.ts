import { isJsonArray, JsonNumber, type JsonValue } from '../json-value.js';
import type { Column, StoredFile } from '../model.js';
import { shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readRowGroupColumns } from './parquet-columns.js';
import { openParquet, type ParquetFile } from './parquet-file.js';
import { statisticsProblem } from './parquet-statistics.js';
import { type RowBatch, RowProblem, type Wanted } from './row-batch.js';

/** One batch a row group. */
export async function* readParquetRows(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  wanted: Wanted,
): AsyncGenerator<RowBatch> {
  const parquet = await openParquet(file);
  let first = 0;
  for (const [number, group] of parquet.metadata.row_groups.entries()) {
    const count = Number(group.num_rows);
    if (count > 0 && wanted(first, count))
      yield await readRowGroup(file, parquet, number, first, columns, layout);
    first += count;
  }
}

/**
 * A row group; what its statistics say against its values is a problem of the batch.
 *
 * @param number of the row group, from 0
 * @param first its first row in the file
 */
export async function readRowGroup(
  file: StoredFile,
  parquet: ParquetFile,
  number: number,
  first: number,
  columns: readonly Column[],
  layout: FileLayout,
): Promise<RowBatch> {
  const { metadata } = parquet;
  const group = metadata.row_groups[number];
  const data = await readRowGroupColumns(file, parquet, number, first, columns);
  const problems: string[] = [];
  for (const [index, column] of columns.entries()) {
    const values = data[index] ?? [];
    const problem = statisticsProblem(values, group?.columns[index]?.meta_data?.statistics);
    if (problem !== null)
      problems.push(`row group ${number}, column ${JSON.stringify(column.name)}: ${problem}`);
  }
  return {
    first,
    count: Number(group?.num_rows),
    problems,
    cells: (index) => columns.map((column, at) => toCell(data[at]?.[index], column, layout)),
  };
}

/** @throws RowProblem when the value is none of the column's type */
function toCell(value: unknown, column: Column, layout: FileLayout): JsonValue {
  if (value === null || value === undefined) return null;
  if (column.type === 'json') {
    if (typeof value === 'string') return parseCell(value, column, layout);
  } else {
    const cell = toJsonValue(value);
    if (cell !== undefined) return cell;
  }
  throw wrongCell(value, column);
}

function toJsonValue(value: unknown): JsonValue | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return new JsonNumber(String(value));
  if (typeof value === 'number' && Number.isFinite(value)) return new JsonNumber(doubleText(value));
  if (!Array.isArray(value)) return undefined;
  const items = value.map(toJsonValue);
  return items.every((item) => item !== undefined) && isJsonArray(items) ? items : undefined;
}

/** A text that a double is the nearest of, its sign included; exact for a whole number. */
export function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

function parseCell(text: string, column: Column, layout: FileLayout): JsonValue {
  try {
    return layout.parseJson(text);
  } catch {
    throw wrongCell(text, column);
  }
}

function wrongCell(value: unknown, column: Column): RowProblem {
  const got = shown(typeof value === 'string' ? value : String(value));
  return new RowProblem(`column ${JSON.stringify(column.name)}: expected ${column.type}, got ${got}`);
}
