import { ConfigError } from '../../errors.js';
import type { Column, PartFile } from '../../model.js';
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
  return [
    createTable(
      `CREATE TABLE ${name}`,
      columns.map(
        (column) =>
          `${quoteName(column.name)} ${DUCKDB_TYPES[column.type]}${column.nullable ? '' : ' NOT NULL'}`,
      ),
    ),
    ...partitionsOf(table).map((files) => {
      const values = columns.map((column) => value(column, table, files)).join(', ');
      return `INSERT INTO ${name} SELECT ${values} FROM ${reader(table, files)};\n`;
    }),
  ].join('');
};

/**
 * The files of each partition. Their value is written into the statement: read from the path, names with special
 * characters are not found again, and empty text is null.
 */
function partitionsOf({ files }: DdlTable): readonly (readonly PartFile[])[] {
  const groups = new Map<string, PartFile[]>();
  for (const file of files) {
    const key = JSON.stringify(file.partition ?? []);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()];
}

/** Lists are JSON text in CSV; the cast makes them lists. */
function value(
  { name, type }: Column,
  { source, partitionBy }: DdlTable,
  [file]: readonly PartFile[],
): string {
  if (partitionBy.includes(name)) {
    const text = file?.partition?.[partitionBy.indexOf(name)] ?? null;
    return `CAST(${text === null ? 'NULL' : quoteText(text)} AS ${DUCKDB_TYPES[type]})`;
  }
  const column = quoteName(name);
  return source.format === 'csv' && isList(type) ? `CAST(${column} AS ${DUCKDB_TYPES[type]})` : column;
}

function reader(table: DdlTable, some: readonly PartFile[]): string {
  const { source } = table;
  const files = `[${fileUrls({ ...table, files: some })
    .map(quoteText)
    .join(', ')}]`;
  const { stored, partitions } = partitionsLast(table);
  const hive = partitions.length === 0 ? [] : ['hive_partitioning = false'];
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
