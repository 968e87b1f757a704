import { DuckDBBlobValue, DuckDBInstance, DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import type { LoadCell } from '../../src/load/load-model.js';
import { quoteName } from '../../src/load/sql-names.js';
import type { Column } from '../../src/model.js';

export async function queryDuckdb(file: string, sql: string): Promise<DuckDBValue[][]> {
  const instance = await DuckDBInstance.create(file);
  try {
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(sql);
    connection.closeSync();
    return reader.getRows();
  } finally {
    instance.closeSync();
  }
}

/** The cells of a table in the order of `columns`, sorted by the first; null when there is no such table. */
export async function readDuckdb(
  file: string,
  table: string,
  columns: readonly Column[],
): Promise<LoadCell[][] | null> {
  const known = await queryDuckdb(file, 'SELECT table_name FROM duckdb_tables()');
  if (!known.some(([name]) => name === table)) return null;
  const values = columns.map(inBytes).join(', ');
  const first = quoteName(String(columns[0]?.name));
  const rows = await queryDuckdb(file, `SELECT ${values} FROM ${quoteName(table)} ORDER BY ${first}`);
  return rows.map((row) => row.map(toCell));
}

function toCell(value: DuckDBValue): LoadCell {
  if (value instanceof DuckDBListValue) return value.items.map((item) => toCell(item) as null);
  return value instanceof DuckDBBlobValue ? Buffer.from(value.bytes).toString() : (value as LoadCell);
}

/** Text as its bytes: the client drops a mark U+FEFF at its beginning. */
function inBytes({ name, type }: Column): string {
  if (type === 'list<string>') return `list_transform(${quoteName(name)}, lambda item: encode(item))`;
  return type === 'string' || type === 'json' ? `encode(${quoteName(name)}::VARCHAR)` : quoteName(name);
}
