import { JsonNumber, JsonObject, type JsonValue } from '../../src/json-value.js';
import { COLUMN_TYPES, type Column, type CsvOptions, type Row } from '../../src/model.js';

export const PLAIN_CSV: CsvOptions = {
  delimiter: ',',
  nullText: '',
  crlf: false,
  bom: false,
  escapeFormulas: false,
};

export function number(text: string | number | bigint): JsonNumber {
  return new JsonNumber(String(text));
}

/** A nullable column of every type. */
export const ALL_TYPES: readonly Column[] = COLUMN_TYPES.map((type) => ({
  name: `a ${type}`,
  type,
  nullable: true,
}));

/** The edges of every type, one row after the other, in the order of `ALL_TYPES`. */
export const ALL_TYPES_ROWS: readonly Row[] = [
  [
    true,
    number('9007199254740993'),
    number('0.1'),
    'plain',
    [true, null, false],
    [number('9223372036854775807'), number('-9223372036854775808')],
    [number('1e-7'), null],
    ['a', '', null, 'b,c'],
    new JsonObject(['n', 'n'], [number('9007199254740993'), null]),
  ],
  ALL_TYPES.map(() => null),
  [false, number('-9223372036854775808'), number('-0.0'), '', [], [], [], [], []],
  [
    false,
    number('9223372036854775807'),
    number('1.7976931348623157e308'),
    '"quoted", 中文 \u{1F600} and\r\na break',
    [null],
    [null],
    [null],
    [null],
    'text as JSON',
  ],
  [
    true,
    number('0'),
    number('5e-324'),
    '\uFF5E',
    [false],
    [number('-1')],
    [number('2')],
    ['\r'],
    number('1.50'),
  ],
];

/** Rows that differ from each other, of about 60 bytes. */
export function manyRows(count: number, first = 0): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const n = first + i;
    const path: JsonValue[] = [];
    for (let step = 0; step < n % 4; step++) path.push(step % 3 === 2 ? null : `v${n + step}`);
    return [`vertex-${n}`, n % 7 === 0 ? null : number(n / 8), n % 5 === 0 ? null : path];
  });
}

export const MANY_ROWS_COLUMNS: readonly Column[] = [
  { name: 'vertex_id', type: 'string', nullable: false },
  { name: 'rank', type: 'double', nullable: true },
  { name: 'path', type: 'list<string>', nullable: true },
];
