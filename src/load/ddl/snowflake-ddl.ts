import { ConfigError } from '../../errors.js';
import type { Column, ColumnType } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { quoteName, quoteText } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  isList,
  needFormats,
  needWholeRows,
  tableName,
} from './ddl-model.js';

/** `NUMBER(19,0)` holds 64 bits; `VARIANT` keeps integers of up to 38 digits. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  int64: 'NUMBER(19,0)',
  double: 'FLOAT',
  string: 'VARCHAR',
  'list<boolean>': 'ARRAY',
  'list<int64>': 'ARRAY',
  'list<double>': 'ARRAY',
  'list<string>': 'ARRAY',
  json: 'VARIANT',
};

/** The stage of the table, filled from this machine by PUT; or the stage that `--location @stage/path` names. */
export const snowflakeDdl: Dialect = (table) => {
  needFormats(table, 'Snowflake', ['csv', 'parquet']);
  needWholeRows(table, 'COPY of Snowflake');
  const { location, folder, files, columns } = table;
  if (location !== null && !location.startsWith('@'))
    throw new ConfigError('CONFIG_INVALID', '--location for Snowflake is a stage: @stage or @stage/folder');
  const name = tableName(table, quoteName);
  const stage =
    location ??
    (table.schema === null ? `@%${name}` : `@${quoteName(table.schema)}.%${quoteName(table.name)}`);
  const puts = files.map(
    ({ path }) =>
      `PUT ${quoteText(`file://${folder}/${path}`)} ${stage}/${path.slice(0, path.lastIndexOf('/'))} AUTO_COMPRESS = FALSE;\n`,
  );
  const from = `(SELECT ${columns.map((column, index) => value(column, index, table)).join(', ')} FROM ${stage})`;
  return [
    createTable(`CREATE TABLE ${name}`, definitions(columns, quoteName, TYPES)),
    ...(location === null ? puts : []),
    `COPY INTO ${name} FROM ${from}\n  FILES = (${files.map(({ path }) => quoteText(path)).join(', ')})\n  FILE_FORMAT = (${format(table)})\n  ON_ERROR = ABORT_STATEMENT;\n`,
  ].join('');
};

function value({ name, type }: Column, index: number, { source }: DdlTable): string {
  const cell = source.format === 'csv' ? `$${index + 1}` : `$1:${quoteName(name)}`;
  const isNested = isList(type) || type === 'json';
  if (source.format === 'csv') return isNested ? `PARSE_JSON(${cell})${isList(type) ? '::ARRAY' : ''}` : cell;
  return type === 'json' ? `PARSE_JSON(${cell}::VARCHAR)` : `${cell}::${TYPES[type]}`;
}

function format({ source, isGzip }: DdlTable): string {
  if (source.format === 'parquet') return 'TYPE = PARQUET';
  const { delimiter, nullText } = source.csv;
  return [
    'TYPE = CSV',
    `COMPRESSION = ${isGzip ? 'GZIP' : 'NONE'}`,
    `FIELD_DELIMITER = ${quoteText(delimiter)}`,
    'SKIP_HEADER = 1',
    `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    'ESCAPE_UNENCLOSED_FIELD = NONE',
    `EMPTY_FIELD_AS_NULL = ${nullText === '' ? 'TRUE' : 'FALSE'}`,
    `NULL_IF = (${nullText === '' ? '' : quoteText(nullText.replaceAll('\\', '\\\\'))})`,
    'ENCODING = UTF8',
  ].join(' ');
}
