import type { Column, ColumnType } from '../../model.js';
import { backslashText } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  isList,
  needFormats,
  partitionsLast,
  tableFolder,
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

/** An external table over the folder: it is loaded as soon as it is there. Names lose their case in Hive. */
export const hiveDdl: Dialect = (table) => {
  needFormats(table, 'Hive, without losing types,', ['parquet']);
  const { stored, partitions } = partitionsLast(table);
  const partitionedBy =
    partitions.length === 0 ? '' : `\nPARTITIONED BY (${definitions(partitions, false).join(', ')})`;
  return (
    createTable(
      `CREATE EXTERNAL TABLE ${tableName(table)}`,
      definitions(stored, false),
      `${partitionedBy}\nSTORED AS PARQUET\nLOCATION ${backslashText(folderUrl(table))}`,
    ) + findPartitions(table)
  );
};

/** A table of Spark SQL over the folder. Lists are JSON text in CSV, and stay text. */
export const sparkDdl: Dialect = (table) => {
  needFormats(table, 'Spark', ['csv', 'ndjson', 'parquet']);
  const using = { csv: 'CSV', ndjson: 'JSON', parquet: 'PARQUET' }[table.source.format];
  const { stored, partitions } = partitionsLast(table);
  const partitionedBy =
    partitions.length === 0
      ? ''
      : `\nPARTITIONED BY (${partitions.map(({ name }) => quoted(name)).join(', ')})`;
  return (
    createTable(
      `CREATE TABLE ${tableName(table)}`,
      definitions([...stored, ...partitions], table.source.format === 'csv'),
      `\nUSING ${using}${options(table, stored)}${partitionedBy}\nLOCATION ${backslashText(folderUrl(table))}`,
    ) + findPartitions(table)
  );
};

/** The folders that are there become partitions. */
function findPartitions(table: DdlTable): string {
  return table.partitionBy.length === 0 ? '' : `MSCK REPAIR TABLE ${tableName(table)};\n`;
}

function definitions(columns: readonly Column[], hasTextLists: boolean): readonly string[] {
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
  const { delimiter, nullText } = source.csv;
  const isQuotedNull = columns.length === 1 && nullText === '' && columns[0]?.type !== 'string';
  const pairs = [
    `header 'true'`,
    `sep ${backslashText(delimiter)}`,
    `quote '"'`,
    `escape '"'`,
    `multiLine 'true'`,
    `nullValue ${nullText === '' && !isQuotedNull ? NO_TEXT : backslashText(nullText)}`,
    ...(isQuotedNull ? [] : [`emptyValue ''`]),
  ];
  return `\nOPTIONS (${pairs.join(', ')})`;
}

function tableName({ schema, name }: DdlTable): string {
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

/** Backticks are doubled in names of Hive and Spark, and a backslash is a character like any other. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function folderUrl(table: DdlTable): string {
  const folder = tableFolder(table);
  return table.location === null ? `file://${folder}` : folder;
}
