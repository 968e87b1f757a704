import { listElementType } from '../../cell.js';
import type { Column } from '../../model.js';
import { type ClickhouseColumn, clickhouseColumns } from '../clickhouse/column-types.js';
import { engineFor } from '../clickhouse/target-table.js';
import { backslashText, backtickName } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  fileUrls,
  needFormats,
  needLocation,
  needWholeRows,
  tableName,
} from './ddl-model.js';

/** Integers of a list and JSON keep their digits only as text. */
const SETTINGS = [
  'precise_float_parsing',
  'input_format_json_read_objects_as_strings',
  'input_format_json_read_arrays_as_strings',
  'input_format_json_read_numbers_as_strings',
  'input_format_json_read_bools_as_strings',
];

/**
 * The table that `load clickhouse` makes, filled by `clickhouse-local` from this machine, or by a server from S3. From
 * NDJSON: CSV has null and empty text in one there, and Parquet null and empty lists.
 */
export const clickhouseDdl: Dialect = (table) => {
  needFormats(table, 'ClickHouse', ['ndjson'], ', or use "load clickhouse"');
  needWholeRows(table, 'The INSERT of ClickHouse', ', or use "load clickhouse"');
  if (table.location !== null) needLocation(table, ['https://', 'http://']);
  const columns = clickhouseColumns(table.columns, { boolean: 'Bool', key: [], hasLoadColumn: false });
  const name = tableName(table, backtickName);
  const values = columns.map((column) => value(column, table)).join(', ');
  const read = table.location === null ? 'file' : 's3';
  const inserts = fileUrls(table).map((url) => {
    const from = `${read}(${[url, 'JSONEachRow', structure(table)].map(backslashText).join(', ')})`;
    const settings = SETTINGS.map((setting) => `${setting} = 1`).join(', ');
    return `INSERT INTO ${name} SELECT ${values}\n  FROM ${from}\n  SETTINGS ${settings};\n`;
  });
  return [
    createTable(
      `CREATE TABLE ${name}`,
      columns.map((column) => `${backtickName(column.name)} ${column.type}`),
      ` ${engineFor('replace', [])}`,
    ),
    ...inserts,
  ].join('');
};

/** The columns of the files: what is nested is read as its JSON text. */
function structure({ columns }: DdlTable): string {
  const plain = columns.map(
    (column): Column => (listElementType(column.type) === null ? column : { ...column, type: 'json' }),
  );
  return clickhouseColumns(plain, { boolean: 'Bool', key: [], hasLoadColumn: false })
    .map(({ name, type }) => `${backtickName(name)} ${type}`)
    .join(', ');
}

function value(column: ClickhouseColumn, table: DdlTable): string {
  const from = backtickName((table.columns[column.from as number] as Column).name);
  if (column.isNullMark) return `isNull(${from})`;
  return column.type.startsWith('Array(')
    ? `JSONExtract(ifNull(${from}, '[]'), ${backslashText(column.type)})`
    : from;
}
