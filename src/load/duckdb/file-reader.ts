import { listElementType } from '../../cell.js';
import type { Column, ColumnType, PartFile } from '../../model.js';
import { storedColumns } from '../../partition.js';
import type { LoadSource } from '../load-model.js';
import { quoteName, quoteText } from '../sql-names.js';
import { DUCKDB_TYPES } from './column-types.js';

/** What a table's files are read by. */
export interface FileTable {
  readonly columns: readonly Column[];
  readonly partitionBy: readonly string[];
  readonly source: LoadSource;
  /** Columns that are to be null in every row: what is found in them fails the query. */
  readonly emptyColumns: readonly string[];
}

/**
 * A query over files, or URLs, of one partition: the columns of the table in its order and with its types. The value of
 * the partition is written into it: read from the path, names with special characters are not found again, and empty text
 * is null.
 */
export function selectFiles(
  table: FileTable,
  paths: readonly string[],
  partition: PartFile['partition'],
): string {
  const values = table.columns.map((column) => value(column, table, partition ?? []));
  return `SELECT ${values.join(', ')} FROM ${reader(table, paths)}`;
}

/**
 * Whether the readers of DuckDB give every value as it was: they write numbers in JSON columns of NDJSON anew, and a CSV
 * file of one column may have one text for null and for empty text.
 */
export function readsExactly({ columns, partitionBy, source, emptyColumns }: FileTable): boolean {
  if (source.raw) return false;
  switch (source.format) {
    case 'csv':
      return storedColumns(columns, partitionBy).length > 1;
    case 'ndjson':
      return !hasJson(columns.filter(({ name }) => !emptyColumns.includes(name)));
    case 'parquet':
      return true;
  }
}

export function hasJson(columns: readonly Column[]): boolean {
  return columns.some(({ type }) => type === 'json');
}

/** Lists are JSON text in CSV; the cast makes them lists. */
function value({ name, type }: Column, table: FileTable, partition: readonly (string | null)[]): string {
  const place = table.partitionBy.indexOf(name);
  if (place >= 0) {
    const text = partition[place] ?? null;
    return `CAST(${text === null ? 'NULL' : quoteText(text)} AS ${DUCKDB_TYPES[type]})`;
  }
  const column = quoteName(name);
  if (table.emptyColumns.includes(name))
    return `CASE WHEN ${column} IS NOT NULL THEN error('a value in an empty column') END`;
  return isTextList(type, table) ? `CAST(${column} AS ${DUCKDB_TYPES[type]})` : column;
}

function isTextList(type: ColumnType, { source }: FileTable): boolean {
  return source.format === 'csv' && listElementType(type) !== null;
}

function reader(table: FileTable, paths: readonly string[]): string {
  const { source } = table;
  const stored = storedColumns(table.columns, table.partitionBy);
  const types = stored.map(
    ({ name, type }) =>
      `${quoteText(name)}: ${quoteText(isTextList(type, table) ? 'JSON' : DUCKDB_TYPES[type])}`,
  );
  const columns = `columns = {${types.join(', ')}}`;
  const files = `[${paths.map(quoteText).join(', ')}]`;
  // A folder above the export may be called like a column of it, such as that of --partition-by day=…
  const settings = ['hive_partitioning = false'];
  switch (source.format) {
    case 'parquet':
      return `read_parquet(${[files, ...settings].join(', ')})`;
    case 'ndjson':
      return `read_json(${[files, `format = 'newline_delimited'`, columns, ...settings].join(', ')})`;
    case 'csv':
      return `read_csv(${[files, ...csvSettings(source, stored.length), columns, ...settings].join(', ')})`;
  }
}

function csvSettings({ csv }: LoadSource, columns: number): readonly string[] {
  return [
    'auto_detect = false',
    'header = true',
    `delim = ${quoteText(csv.delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ${quoteText(csv.nullText)}`,
    // A file of one column has "" for null.
    `allow_quoted_nulls = ${columns === 1 && csv.nullText === ''}`,
    `new_line = ${csv.crlf ? `'\\r\\n'` : `'\\n'`}`,
  ];
}
