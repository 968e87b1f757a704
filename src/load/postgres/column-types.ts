import type { Column, ColumnType } from '../../model.js';
import { quoteName } from '../sql-names.js';

/**
 * As `format_type()` writes them. `json` keeps the text that it is given; `jsonb` would drop digits and repeated
 * keys and refuse `\u0000`.
 */
export const POSTGRES_TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  int64: 'bigint',
  double: 'double precision',
  string: 'text',
  'list<boolean>': 'boolean[]',
  'list<int64>': 'bigint[]',
  'list<double>': 'double precision[]',
  'list<string>': 'text[]',
  json: 'json',
};

/** The columns of `CREATE TABLE`. */
export function postgresColumns(columns: readonly Column[]): string {
  return columns
    .map(
      ({ name, type, nullable }) =>
        `${quoteName(name)} ${POSTGRES_TYPES[type]}${nullable ? '' : ' NOT NULL'}`,
    )
    .join(', ');
}
