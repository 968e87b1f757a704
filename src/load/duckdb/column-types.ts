import type { Column, ColumnType } from '../../model.js';
import { quoteName } from '../sql-names.js';

/** As `duckdb_columns()` writes them. */
export const DUCKDB_TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  int64: 'BIGINT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  'list<boolean>': 'BOOLEAN[]',
  'list<int64>': 'BIGINT[]',
  'list<double>': 'DOUBLE[]',
  'list<string>': 'VARCHAR[]',
  json: 'JSON',
};

/** The columns of `CREATE TABLE`. */
export function duckdbColumns(columns: readonly Column[]): string {
  return columns
    .map(
      ({ name, type, nullable }) => `${quoteName(name)} ${DUCKDB_TYPES[type]}${nullable ? '' : ' NOT NULL'}`,
    )
    .join(', ');
}
