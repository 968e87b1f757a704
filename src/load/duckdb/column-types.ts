import type { ColumnType } from '../../model.js';

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
