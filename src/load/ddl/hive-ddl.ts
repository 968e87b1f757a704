import { ConfigError } from '../../errors.js';
import type { Column, ColumnType, CsvOptions } from '../../model.js';
import { backslashText } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  isList,
  needFormats,
  partitionsLast,
  tableFolder,
  tableName,
} from './ddl-model.js';

const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  int64: 'BIGINT',
  double: 'DOUBLE',
  string: 'STRING',
  'list<boolean>': 'ARRAY<BOOLEAN>',
  'list<int64>': 'ARRAY<BIGINT>',
  'list<double>': 'ARRAY<DOUBLE>',
  'list<string>': 'ARRAY<STRING>',
  json: 'STRING',
};

/**
 * What ends a name where Hive puts the schema of Parquet together as text, and what its metastore takes for the end of one
 * in a list.
 */
const NO_HIVE_NAME = /[\s;{}(),:]/;

/** An external table over the folder: it is loaded as soon as it is there. Names lose their case in Hive. */
export const hiveDdl: Dialect = (table) => {
  needFormats(table, 'Hive, without losing types,', ['parquet']);
  const { stored, partitions } = partitionsLast(table);
  const odd = stored.find(({ name }) => NO_HIVE_NAME.test(name));
  if (odd !== undefined) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `Hive reads no columns whose names hold white space or one of ;{}(),: and table "${table.name}" has the column "${odd.name}": use "--for spark"`,
    );
  }
  const partitionedBy =
    partitions.length === 0 ? '' : `\nPARTITIONED BY (${columnTypes(partitions, false).join(', ')})`;
  return (
    createTable(
      `CREATE EXTERNAL TABLE ${tableName(table, quoted)}`,
      columnTypes(stored, false),
      `${partitionedBy}\nSTORED AS PARQUET\nLOCATION ${backslashText(folderUrl(table))}`,
    ) + findPartitions(table)
  );
};

/** A table of Spark SQL over the folder. Lists are JSON text in CSV, and stay text. */
export const sparkDdl: Dialect = (table) => {
  needFormats(table, 'Spark', ['csv', 'ndjson', 'parquet']);
  if (table.source.format === 'csv') checkCsv(table.source.csv);
  const using = { csv: 'CSV', ndjson: 'JSON', parquet: 'PARQUET' }[table.source.format];
  const { stored, partitions } = partitionsLast(table);
  const partitionedBy =
    partitions.length === 0
      ? ''
      : `\nPARTITIONED BY (${partitions.map(({ name }) => quoted(name)).join(', ')})`;
  return (
    createTable(
      `CREATE TABLE ${tableName(table, quoted)}`,
      columnTypes([...stored, ...partitions], table.source.format === 'csv'),
      `\nUSING ${using}${options(table, stored)}${partitionedBy}\nLOCATION ${backslashText(folderUrl(table))}`,
    ) + findPartitions(table)
  );
};

/** @throws ConfigError `CONFIG_CONFLICT` where Spark reads other values than there are, in quotes or not */
function checkCsv({ nullText, crlf }: CsvOptions): void {
  if (!crlf && nullText === '') return;
  throw new ConfigError(
    'CONFIG_CONFLICT',
    nullText === ''
      ? 'Spark makes line feeds of CR LF within text where lines end so: export without --crlf, or with --format ndjson or parquet'
      : 'Spark takes text that is the null text for a null: export without --null-text, or with --format ndjson or parquet',
  );
}

/** The folders that are there become partitions. */
function findPartitions(table: DdlTable): string {
  return table.partitionBy.length === 0 ? '' : `MSCK REPAIR TABLE ${tableName(table, quoted)};\n`;
}

function columnTypes(columns: readonly Column[], hasTextLists: boolean): readonly string[] {
  return columns.map(
    ({ name, type }) => `${quoted(name)} ${hasTextLists && isList(type) ? 'STRING' : TYPES[type]}`,
  );
}

/**
 * Spark compares cells with `nullValue` after it has taken their quotes away, so `''` would make nulls of empty texts; an
 * empty cell without quotes is null whatever it says. This is the text of U+0001 alone.
 */
const NO_TEXT = "'\\u0001'";

function options({ source }: DdlTable, columns: readonly Column[]): string {
  if (source.format !== 'csv') return '';
  // A file of one column has "" for null.
  const isQuotedNull = columns.length === 1 && columns[0]?.type !== 'string';
  const pairs = [
    `header 'true'`,
    `sep ${backslashText(source.csv.delimiter)}`,
    `quote '"'`,
    `escape '"'`,
    `multiLine 'true'`,
    `nullValue ${isQuotedNull ? "''" : NO_TEXT}`,
    ...(isQuotedNull ? [] : [`emptyValue ''`]),
  ];
  return `\nOPTIONS (${pairs.join(', ')})`;
}

/** Backticks are doubled in names of Hive and Spark, and a backslash is a character like any other. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function folderUrl(table: DdlTable): string {
  const folder = tableFolder(table);
  return table.location === null ? `file://${folder}` : folder;
}
