import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { isPlainNdjson, NdjsonToBinary } from '../../src/load/clickhouse/ndjson-binary.js';
import { RowBinaryEncoder } from '../../src/load/clickhouse/row-binary.js';
import type { LoadPart, LoadTable } from '../../src/load/load-model.js';
import { ndjsonRow, ndjsonRows } from '../../src/load/parts/ndjson-rows.js';
import type { Column, ColumnType, Row } from '../../src/model.js';
import { ndjsonFormat } from '../../src/sinks/ndjson-sink.js';
import { anyTable } from '../sinks/arbitrary-table.js';
import { encode } from '../sinks/part-in-memory.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';
import { COLUMNS, collect, pieces, ROWS, targetsOf } from './load-fixtures.js';

const FILE = { path: 'all/part-00000.ndjson', rows: 0, bytes: 0, sha256: '', firstOffset: 0, endOffset: 0 };

const ndjsonOf = (columns: readonly Column[], rows: readonly Row[]) => encode(ndjsonFormat, columns, [rows]);

/** By way of values of JavaScript. */
async function* byValues(bytes: Buffer, columns: readonly Column[]): AsyncIterable<Buffer> {
  const encoder = new RowBinaryEncoder(targetsOf(columns), 'the load');
  const part = { file: FILE, columns, raw: false, parseJson: parseText };
  for await (const rows of ndjsonRows(Readable.from([bytes]), part)) yield* encoder.encode(rows);
}

function open(columns: readonly Column[]): { table: LoadTable; part: LoadPart; byItself: string[] } {
  const byItself: string[] = [];
  const part: LoadPart = {
    file: FILE,
    rows: () => Readable.from([]),
    text: () => null,
    columns: () => null,
    checkedPath: async () => null,
    lineRow: (line, number) => {
      byItself.push(line);
      return ndjsonRow(line, number, { file: FILE, columns, raw: false, parseJson: parseText });
    },
  };
  const table: LoadTable = {
    ...{ name: 'all', loadId: 'the load', jobId: 'j', rows: 0, columns, partitionBy: [], emptyColumns: [] },
    ...{ source: { format: 'ndjson', csv: PLAIN_CSV, raw: false }, parts: [part] },
  };
  return { table, part, byItself };
}

interface Encoded {
  readonly bytes: Buffer;
  /** Lines that went by way of values. */
  readonly byItself: readonly string[];
}

async function byBytes(
  bytes: Buffer,
  size: number,
  columns: readonly Column[],
  key: readonly string[] = [],
): Promise<Encoded> {
  const { table, part, byItself } = open(columns);
  const keys = key.map((name) => columns.findIndex((column) => column.name === name));
  const toKeyError = () => new Error('null in the key');
  const encoder = new NdjsonToBinary(table, part, targetsOf(columns, key), keys, toKeyError);
  return { bytes: await collect(encoder.encode(Readable.from(pieces(bytes, size)))), byItself };
}

describe('NDJSON to RowBinary', () => {
  test('the bytes that values give, wherever chunks end', async () => {
    const bytes = await ndjsonOf(COLUMNS, ROWS);
    const wanted = await collect(byValues(bytes, COLUMNS));
    expect(wanted.length).toBeGreaterThan(1000);
    for (const size of [1, 2, 3, 7, 64, 1021, bytes.length]) {
      const found = await byBytes(bytes, size, COLUMNS);
      expect(found.bytes.equals(wanted), `${size}`).toBe(true);
      expect(found.byItself).toEqual([]);
    }
  });

  test('any table', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, fc.integer({ min: 1, max: 300 }), async ({ columns, windows }, size) => {
        const bytes = await ndjsonOf(columns, windows.flat());
        const wanted = await collect(byValues(bytes, columns));
        const found = await byBytes(bytes, size, columns);
        expect(found.bytes.equals(wanted)).toBe(true);
      }),
    );
  });

  test('lists longer than one byte counts', async () => {
    const columns: readonly Column[] = [
      { name: 'l', type: 'list<string>', nullable: true },
      { name: 'n', type: 'list<int64>', nullable: false },
    ];
    const lines = [0, 1, 127, 128, 129, 300, 16_384].map((length) => {
      const texts = Array.from({ length }, (_, index) => (index % 3 === 0 ? null : `é${index}`));
      return `{"l":${JSON.stringify(texts)},"n":[${texts.map((_, index) => index).join(',')}]}\n`;
    });
    const bytes = Buffer.from(`${lines.join('')}{"l":null,"n":[null]}\n`);
    const found = await byBytes(bytes, 1000, columns);
    expect(found.bytes.equals(await collect(byValues(bytes, columns)))).toBe(true);
    expect(found.byItself).toEqual([]);
  });

  /** A line with a value of some type: whether it goes as bytes or by way of values, the result is the same. */
  test.each<readonly [ColumnType, string, boolean]>([
    ['int64', '-9223372036854775808', true],
    ['int64', '9223372036854775807', true],
    ['int64', '-0', true],
    ['int64', '999999999999999', true],
    ['int64', '-4294967297', true],
    ['double', '1e5', true],
    ['double', '-0.0', true],
    ['double', '0.1', true],
    ['double', '0.30000000000000004', true],
    ['double', '123456789.123456', true],
    ['double', '0.000000000000001', true],
    ['double', '2.2250738585072014E-308', true],
    ['double', '9007199254740992', false],
    ['string', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\u4E0A上\\uFFFF"', true],
    ['string', '"\\ud83d\\ude00"', false],
    ['json', '{"a":[1,-0.50,"x\\n",{},[],true,null],"a":"上"}', true],
    ['json', '{"a": 1}', false],
    ['json', '"\\u0041"', false],
    ['json', '"a\\/b"', false],
    ['json', '"\\u0001"', false],
    ['json', `${'['.repeat(150)}${']'.repeat(150)}`, false],
    ['json', 'null', true],
    ['list<double>', '[1,null,2.5]', true],
    ['list<boolean>', '[true,false,null]', true],
    ['list<string>', '[ "a"]', false],
    ['list<string>', '["\\ud83d\\ude00", "b"]', false],
  ])('%s %s', async (type, text, isCopied) => {
    const columns: readonly Column[] = [
      { name: 'a "quoted" 名', type, nullable: true },
      { name: 'last', type: 'int64', nullable: false },
    ];
    const line = (value: string) => `{"a \\"quoted\\" 名":${value},"last":7}\n`;
    const bytes = Buffer.from(`${line('null')}${line(text)}${line('null')}`);
    const found = await byBytes(bytes, 10, columns);
    expect(found.bytes.equals(await collect(byValues(bytes, columns)))).toBe(true);
    expect(found.byItself).toEqual(isCopied ? [] : [line(text).trimEnd()]);
  });

  test('lines with white space or other names of members go by way of values, by themselves', async () => {
    const columns: readonly Column[] = [{ name: 'a', type: 'int64', nullable: true }];
    const odd = ['{ "a":1}', '{"a" :1}', '{"a":1 }', '{"b":1}', '{"a":1}\r', ' {"a":null}'];
    const bytes = Buffer.from(odd.map((line) => `${line}\n{"a":2}\n`).join(''));
    const found = await byBytes(bytes, 5, columns);
    expect(found.bytes.equals(await collect(byValues(bytes, columns)))).toBe(true);
    expect(found.byItself).toEqual(odd);
  });

  test.each<readonly [ColumnType, string]>([
    ['int64', '1.5'],
    ['int64', '9223372036854775808'],
    ['int64', '01'],
    ['int64', '-'],
    ['int64', '1e3'],
    ['int64', '"1"'],
    ['int64', 'nul'],
    ['int64', 'null'],
    ['double', '1.'],
    ['double', '.5'],
    ['double', '+1'],
    ['double', '1e'],
    ['double', '1e999'],
    ['double', '9007199254740993'],
    ['double', 'NaN'],
    ['boolean', 'yes'],
    ['boolean', 'tru'],
    ['string', '"a'],
    ['string', '"a\tb"'],
    ['string', '"a\\x"'],
    ['string', '"\\u12g4"'],
    ['string', '1'],
    ['json', '{"a"}'],
    ['json', '{"a":}'],
    ['json', '[1,]'],
    ['json', '[1'],
    ['json', '{1:2}'],
    ['json', '"\\q"'],
    ['json', '01'],
    ['json', 'truE'],
    ['list<int64>', '[1,]'],
    ['list<int64>', '[,1]'],
    ['list<int64>', '[1 2]'],
    ['list<int64>', '[1'],
    ['list<int64>', '1'],
    ['list<int64>', 'null'],
    ['list<int64>', '[[1]]'],
    ['int64', '1,"b":2'],
    ['int64', '1}{'],
  ])('%s %s is damaged, in the same words', async (type, text) => {
    const columns: readonly Column[] = [{ name: 'a', type, nullable: false }];
    const good = { boolean: 'true', string: '""', json: '{}', double: '1', int64: '1' } as const;
    const first = type.startsWith('list<') ? '[]' : good[type as keyof typeof good];
    const bytes = Buffer.from(`{"a":${first}}\n{"a":${text}}\n`);
    const failure = (done: Promise<unknown>) =>
      done.then(
        () => 'no failure',
        (error: unknown) => String(error),
      );
    const found = await failure(byBytes(bytes, 5, columns));
    expect(found).not.toBe('no failure');
    expect(found).toBe(await failure(collect(byValues(bytes, columns))));
  });

  test('a row that is cut off, null in a key', async () => {
    const columns: readonly Column[] = [{ name: 'k', type: 'string', nullable: true }];
    const read = (text: string, key: readonly string[]) => byBytes(Buffer.from(text), 4, columns, key);
    await expect(read('{"k":"a"}\n{"k":"b"}', [])).rejects.toThrow(/ends in the middle of a row/);
    await expect(read('{"k":"a"}\n{"k":null}\n', ['k'])).rejects.toThrow('null in the key');
    expect((await read('{"k":"a"}\n', ['k'])).bytes).toHaveLength(2 + 9);
    expect((await read('', [])).bytes).toHaveLength(0);
  });

  test('tables whose lines hold less or more than their columns go by way of values', () => {
    const { table } = open(COLUMNS);
    expect(isPlainNdjson(table)).toBe(true);
    expect(isPlainNdjson({ ...table, partitionBy: ['day'] })).toBe(false);
    expect(isPlainNdjson({ ...table, source: { ...table.source, raw: true } })).toBe(false);
    expect(isPlainNdjson({ ...table, source: { ...table.source, format: 'csv' } })).toBe(false);
  });
});
