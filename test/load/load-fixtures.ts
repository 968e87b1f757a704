import { isJsonArray, JsonNumber, type JsonValue, stringifyJson } from '../../src/json-value.js';
import { type ClickhouseColumn, clickhouseColumns } from '../../src/load/clickhouse/column-types.js';
import type { LoadCell } from '../../src/load/load-model.js';
import type { Column, Row } from '../../src/model.js';
import { ALL_TYPES, ALL_TYPES_ROWS, number } from '../sinks/table-fixtures.js';

type LoadScalar = Exclude<LoadCell, readonly unknown[]>;

/** A number of each row, by which it is found again, and a column of every type. */
export const COLUMNS: readonly Column[] = [{ name: 'n', type: 'int64', nullable: false }, ...ALL_TYPES];

const TEXTS = [
  '\\.',
  '\\N',
  'NULL',
  '\t\\t',
  'a\\nb',
  '{}',
  '{"a"}',
  'a"b',
  "it's",
  ' spaces ',
  '\n',
  '\r\n\\.\n',
  '上海',
  '𠀀 rare',
  'é\u0301',
  '=1+1',
  ',;|',
  '\uFEFFbom',
];

const TEXT_ROWS: readonly Row[] = TEXTS.map((text, index) => [
  index % 2 === 0,
  number(index),
  number(`${index}.5e-3`),
  text,
  null,
  [number(index)],
  [],
  [text, null, ''],
  [text, number('123456789012345678901234567890')],
]);

/** What breaks loaders, in the order of `COLUMNS`. */
export const ROWS: readonly Row[] = [...ALL_TYPES_ROWS, ...TEXT_ROWS].map((row, index) => [
  number(index),
  ...row,
]);

/** A row as a database must give it back. */
export function loadedRow(row: Row, columns: readonly Column[]): LoadCell[] {
  return row.map((cell, index) => loadedCell(cell, columns[index] as Column));
}

function loadedCell(cell: JsonValue, column: Column): LoadCell {
  if (cell === null) return null;
  if (column.type === 'json') return stringifyJson(cell);
  return isJsonArray(cell) ? cell.map((item) => scalar(item, column)) : scalar(cell, column);
}

function scalar(cell: JsonValue, column: Column): LoadScalar {
  if (!(cell instanceof JsonNumber)) return cell as LoadScalar;
  return column.type.includes('int64') ? BigInt(cell.text) : Number(cell.text);
}

/** Many rows of a few columns, the same for the same `first`. */
export const SMALL_COLUMNS: readonly Column[] = [
  { name: 'id', type: 'string', nullable: true },
  { name: '分数', type: 'double', nullable: true },
  { name: 'big', type: 'int64', nullable: true },
];

export function smallRows(count: number, first = 0): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const n = first + index;
    const id = n % 3 === 0 ? `v,${n}` : `v${n}`;
    return [id, n % 5 === 0 ? null : number(n / 7), number(2n ** 53n + BigInt(n))];
  });
}

/** Columns of ClickHouse for these, with one for the load. */
export function targetsOf(
  columns: readonly Column[],
  key: readonly string[] = [],
): readonly ClickhouseColumn[] {
  return clickhouseColumns(columns, { boolean: 'Bool', key, hasLoadColumn: true });
}

export function* pieces(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

export async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const bytes of source) all.push(bytes);
  return Buffer.concat(all);
}
