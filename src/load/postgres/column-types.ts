import type { ColumnType } from '../../model.js';

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
