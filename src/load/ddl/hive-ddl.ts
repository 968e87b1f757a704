import type { ColumnType } from '../../model.js';
import { backslashText } from '../sql-names.js';
import { createTable, type DdlTable, type Dialect, isList, needFormats, tableFolder } from './ddl-model.js';

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
  return createTable(
    `CREATE EXTERNAL TABLE ${tableName(table)}`,
    definitions(table, false),
    `\nSTORED AS PARQUET\nLOCATION ${backslashText(folderUrl(table))}`,
  );
};

/** A table of Spark SQL over the folder. Lists are JSON text in CSV, and stay text. */
export const sparkDdl: Dialect = (table) => {
  needFormats(table, 'Spark', ['csv', 'ndjson', 'parquet']);
  const using = { csv: 'CSV', ndjson: 'JSON', parquet: 'PARQUET' }[table.source.format];
  return createTable(
    `CREATE TABLE ${tableName(table)}`,
    definitions(table, table.source.format === 'csv'),
    `\nUSING ${using}${options(table)}\nLOCATION ${backslashText(folderUrl(table))}`,
  );
};

function definitions({ columns }: DdlTable, hasTextLists: boolean): readonly string[] {
  return columns.map(
    ({ name, type }) => `${quoted(name)} ${hasTextLists && isList(type) ? 'STRING' : TYPES[type]}`,
  );
}

function options({ source, columns }: DdlTable): string {
  if (source.format !== 'csv') return '';
  const { delimiter, nullText } = source.csv;
  const isQuotedNull = columns.length === 1 && nullText === '' && columns[0]?.type !== 'string';
  const pairs = [
    `header 'true'`,
    `sep ${backslashText(delimiter)}`,
    `quote '"'`,
    `escape '"'`,
    `multiLine 'true'`,
    `nullValue ${backslashText(nullText)}`,
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
