import type { ColumnType } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { backslashText, backtickName } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  fileUrls,
  needFormats,
  needLocation,
  partitionsLast,
  tableFolder,
} from './ddl-model.js';

/** An `ARRAY` of BigQuery holds no null and is none itself, so lists are `JSON`. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOL',
  int64: 'INT64',
  double: 'FLOAT64',
  string: 'STRING',
  'list<boolean>': 'JSON',
  'list<int64>': 'JSON',
  'list<double>': 'JSON',
  'list<string>': 'JSON',
  json: 'JSON',
};

/** `LOAD DATA` from Cloud Storage. */
export const bigqueryDdl: Dialect = (table) => {
  needFormats(table, 'BigQuery', ['csv', 'ndjson']);
  needLocation(table, ['gs://']);
  const name = backtickName(table.schema === null ? table.name : `${table.schema}.${table.name}`);
  const { stored, partitions } = partitionsLast(table);
  const fromPaths = partitions.map(({ name: column, type }) => `${backtickName(column)} ${TYPES[type]}`);
  return [
    createTable(`CREATE TABLE ${name}`, definitions([...stored, ...partitions], backtickName, TYPES)),
    `LOAD DATA INTO ${name}\nFROM FILES (\n${settings(table)
      .map((setting) => `  ${setting}`)
      .join(
        ',\n',
      )}\n)${fromPaths.length === 0 ? '' : `\nWITH PARTITION COLUMNS (${fromPaths.join(', ')})`};\n`,
  ].join('');
};

function settings(table: DdlTable): readonly string[] {
  const { source } = table;
  const uris = `uris = [${fileUrls(table).map(backslashText).join(', ')}]`;
  const prefix =
    table.partitionBy.length === 0
      ? []
      : [`hive_partition_uri_prefix = ${backslashText(tableFolder(table))}`];
  if (source.format === 'ndjson') return [`format = 'NEWLINE_DELIMITED_JSON'`, ...prefix, uris];
  return [
    `format = 'CSV'`,
    'skip_leading_rows = 1',
    'allow_quoted_newlines = true',
    `field_delimiter = ${backslashText(source.csv.delimiter)}`,
    `null_marker = ${backslashText(source.csv.nullText)}`,
    ...prefix,
    uris,
  ];
}
