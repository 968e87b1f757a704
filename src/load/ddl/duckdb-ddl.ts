import { ConfigError } from '../../errors.js';
import type { Column } from '../../model.js';
import { DUCKDB_TYPES } from '../duckdb/column-types.js';
import { quoteName, quoteText } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  fileUrls,
  isList,
  needFormats,
  partitionsLast,
} from './ddl-model.js';

/** DuckDB reads the files where they are: on this machine, or below the location with its extension httpfs. */
export const duckdbDdl: Dialect = (table) => {
  needFormats(table, 'DuckDB', ['csv', 'ndjson', 'parquet']);
  const { columns, schema } = table;
  if (table.source.format === 'ndjson' && columns.some((column) => column.type === 'json')) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'DuckDB rounds numbers in JSON columns of NDJSON: export with --format csv or parquet, or use "load duckdb"',
    );
  }
  const name = schema === null ? quoteName(table.name) : `${quoteName(schema)}.${quoteName(table.name)}`;
  const values = columns.map((column) => value(column, table)).join(', ');
  return [
    createTable(
      `CREATE TABLE ${name}`,
      columns.map(
        (column) =>
          `${quoteName(column.name)} ${DUCKDB_TYPES[column.type]}${column.nullable ? '' : ' NOT NULL'}`,
      ),
    ),
    `INSERT INTO ${name} SELECT ${values} FROM ${reader(table)};\n`,
  ].join('');
};

/** Lists are JSON text in CSV; the cast makes them lists. */
function value({ name, type }: Column, { source }: DdlTable): string {
  const column = quoteName(name);
  return source.format === 'csv' && isList(type) ? `CAST(${column} AS ${DUCKDB_TYPES[type]})` : column;
}

function reader(table: DdlTable): string {
  const { source } = table;
  const files = `[${fileUrls(table).map(quoteText).join(', ')}]`;
  const { stored, partitions } = partitionsLast(table);
  const hiveTypes = partitions.map(
    ({ name, type }) => `${quoteText(name)}: ${quoteText(DUCKDB_TYPES[type])}`,
  );
  const hive =
    partitions.length === 0 ? [] : ['hive_partitioning = true', `hive_types = {${hiveTypes.join(', ')}}`];
  if (source.format === 'parquet') return `read_parquet(${[files, ...hive].join(', ')})`;
  const types = stored.map(({ name, type }) => {
    const isText = source.format === 'csv' && isList(type);
    return `${quoteText(name)}: ${quoteText(isText ? 'JSON' : DUCKDB_TYPES[type])}`;
  });
  const schema = [`columns = {${types.join(', ')}}`, ...hive].join(', ');
  if (source.format === 'ndjson') return `read_json(${files}, format = 'newline_delimited', ${schema})`;
  const { delimiter, nullText, crlf } = source.csv;
  const settings = [
    'auto_detect = false',
    'header = true',
    `delim = ${quoteText(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ${quoteText(nullText)}`,
    // A file of one column has "" for null.
    `allow_quoted_nulls = ${stored.length === 1 && nullText === ''}`,
    `new_line = ${crlf ? `'\\r\\n'` : `'\\n'`}`,
    schema,
  ];
  return `read_csv(${files}, ${settings.join(', ')})`;
}
