import { listElementType } from '../../cell.js';
import { ConfigError } from '../../errors.js';
import type { Column, ColumnType, ScalarType } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { POSTGRES_TYPES } from '../postgres/column-types.js';
import { quoteName, quoteText } from '../sql-names.js';
import {
  createTable,
  type Dialect,
  fileUrls,
  isList,
  needFolder,
  needFormats,
  needWholeRows,
  tableName,
} from './ddl-model.js';

/** `psql` reads the files on this machine. Lists are JSON text in CSV, and become arrays on the way. */
export const postgresDdl: Dialect = (table) => {
  needFormats(table, 'COPY of PostgreSQL', ['csv'], ', or use "load postgres"');
  needWholeRows(table, 'COPY of PostgreSQL', ', or use "load postgres"');
  needFolder(table, 'COPY of PostgreSQL');
  const { columns, source } = table;
  if (!/^[ -~\t]$/.test(source.csv.delimiter))
    throw new ConfigError('CONFIG_CONFLICT', 'COPY of PostgreSQL takes a delimiter of one ASCII character');
  const name = tableName(table, quoteName);
  const hasLists = columns.some((column) => isList(column.type));
  const into = hasLists ? quoteName(`${table.name}_load`) : name;
  const statements = [createTable(`CREATE TABLE ${name}`, definitions(columns, quoteName, POSTGRES_TYPES))];
  if (hasLists)
    statements.push(
      createTable(`CREATE TEMPORARY TABLE ${into}`, definitions(columns, quoteName, STAGING_TYPES)),
    );
  for (const path of fileUrls({ ...table, location: null })) {
    const from = table.isGzip ? `PROGRAM ${quoteText(`gzip -dc '${path}'`)}` : quoteText(path);
    statements.push(`\\copy ${into} FROM ${from} WITH (${settings(table)})\n`);
  }
  if (hasLists)
    statements.push(
      `INSERT INTO ${name} SELECT ${columns.map(converted).join(', ')} FROM ${into};\nDROP TABLE ${into};\n`,
    );
  return statements.join('');
};

const STAGING_TYPES: Readonly<Record<ColumnType, string>> = {
  ...POSTGRES_TYPES,
  'list<boolean>': 'json',
  'list<int64>': 'json',
  'list<double>': 'json',
  'list<string>': 'json',
};

function settings({ columns, source }: Parameters<Dialect>[0]): string {
  const { delimiter, nullText } = source.csv;
  const [only, ...others] = columns;
  // A file of one column has "" for null, which is no text of any other type.
  const isQuotedNull = only !== undefined && others.length === 0 && nullText === '' && only.type !== 'string';
  const force = isQuotedNull ? `, FORCE_NULL (${quoteName(only.name)})` : '';
  return `FORMAT csv, HEADER, DELIMITER ${quoteText(delimiter)}, NULL ${quoteText(nullText)}${force}`;
}

function converted({ name, type }: Column): string {
  const element: ScalarType | null = listElementType(type);
  const column = quoteName(name);
  if (element === null) return column;
  const items = `SELECT item::${POSTGRES_TYPES[element]} FROM json_array_elements_text(${column}) WITH ORDINALITY AS list (item, place) ORDER BY place`;
  return `CASE WHEN ${column} IS NOT NULL THEN ARRAY(${items}) END`;
}
