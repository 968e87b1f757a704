import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { CsvToBinary, isPlainCsv } from '../../src/load/clickhouse/csv-binary.js';
import { RowBinaryEncoder } from '../../src/load/clickhouse/row-binary.js';
import type { LoadPart, LoadTable } from '../../src/load/load-model.js';
import { csvRows } from '../../src/load/parts/csv-rows.js';
import type { Column, CsvOptions, Row } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';
import { COLUMNS, collect, pieces, ROWS, targetsOf } from './load-fixtures.js';

const KEPT = [...COLUMNS.keys()].filter((index) => !COLUMNS[index]?.type.startsWith('list<'));
const SCALARS = KEPT.map((index) => COLUMNS[index] as Column);
const SCALAR_ROWS = ROWS.map((row) => KEPT.map((index) => row[index] as Row[number]));

const FILE = { path: 'all/part-00000.csv', rows: 0, bytes: 0, sha256: '', firstOffset: 0, endOffset: 0 };
const PART: LoadPart = {
  file: FILE,
  rows: () => Readable.from([]),
  text: () => null,
  columns: () => null,
  checkedPath: async () => null,
  lineRow: () => [],
};

function tableOf(columns: readonly Column[], csv: CsvOptions): LoadTable {
  return {
    ...{ name: 'all', loadId: 'the load', jobId: 'j', rows: 0, columns, partitionBy: [], emptyColumns: [] },
    ...{ source: { format: 'csv', csv, raw: false }, parts: [PART] },
  };
}

async function csvOf(columns: readonly Column[], rows: readonly Row[], csv: CsvOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const write = async (pieces: readonly Uint8Array[]) => void chunks.push(Buffer.concat(pieces));
  const sink = await sinkFormats.csv.open({ columns, compression: 'none', csv, write });
  await sink.write(rows);
  await sink.endWindow();
  await sink.finish();
  return Buffer.concat(chunks);
}

/** By way of values of JavaScript. */
async function* byValues(bytes: Buffer, columns: readonly Column[], csv: CsvOptions): AsyncIterable<Buffer> {
  const encoder = new RowBinaryEncoder(targetsOf(columns), 'the load');
  const part = { file: FILE, columns, csv, parseJson: parseText };
  for await (const rows of csvRows(Readable.from([bytes]), part)) yield* encoder.encode(rows);
}

function byBytes(
  bytes: Buffer,
  size: number,
  columns: readonly Column[],
  csv: CsvOptions,
  key: readonly string[] = [],
): AsyncIterable<Buffer> {
  const toKeyError = () => new Error('null in the key');
  const encoder = new CsvToBinary(tableOf(columns, csv), PART, targetsOf(columns, key), toKeyError);
  return encoder.encode(Readable.from(pieces(bytes, size)));
}

describe('CSV to RowBinary', () => {
  test.each<Partial<CsvOptions>>([
    {},
    { delimiter: ';', nullText: 'NULL', crlf: true, bom: true },
    { delimiter: '\t', nullText: '\\N' },
    { delimiter: '|', crlf: true },
  ])('%j: the bytes that values give, wherever chunks end', async (given) => {
    const csv = { ...PLAIN_CSV, ...given };
    const bytes = await csvOf(SCALARS, SCALAR_ROWS, csv);
    const wanted = await collect(byValues(bytes, SCALARS, csv));
    expect(wanted.length).toBeGreaterThan(1000);
    for (const size of [1, 2, 3, 7, 64, 1021, bytes.length])
      expect((await collect(byBytes(bytes, size, SCALARS, csv))).equals(wanted), `${size}`).toBe(true);
  });

  test('integers of every length and sign', async () => {
    const columns: readonly Column[] = [
      { name: 'n', type: 'int64', nullable: true },
      { name: 'd', type: 'double', nullable: true },
    ];
    const ends = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 31n, -(2n ** 31n) - 1n, -1n];
    const powers = Array.from({ length: 19 }, (_, power) => 10n ** BigInt(power));
    const numbers = [...ends, ...powers, ...powers.map((one) => 1n - one), ...powers.map((one) => -one - 1n)];
    const doubles = ['-0', '5e-324', '1.7976931348623157e308', '0.1', '9007199254740993', '-1e-7'];
    const lines = numbers.map((one, index) => `${one},${doubles[index % doubles.length]}\n`);
    const bytes = Buffer.from(`n,d\n${lines.join('')}-0,\n,1\n`);
    const wanted = await collect(byValues(bytes, columns, PLAIN_CSV));
    expect((await collect(byBytes(bytes, 100, columns, PLAIN_CSV))).equals(wanted)).toBe(true);
  });

  test.each([
    ['', /ends in the middle of a row/],
    ['n,d', /ends in the middle of a row/],
    ['n,d\n1,2\n3,4', /ends in the middle of a row/],
    ['n,d\n1,2\n3\n', /row 2 has 1 cells, not 2/],
    ['n,d\n1,2,3\n', /row 1 has 3 cells, not 2/],
    ['n,d\n1.5,2\n', /row 1: "1.5" is no int64 for column "n"/],
    ['n,d\n-,2\n', /"-" is no int64/],
    ['n,d\n"",2\n', /"" is no int64/],
    ['n,d\n1,2\n1,x\n', /row 2: "x" is no double for column "d"/],
    ['n,d\n1,"2"x\n', /ends with neither the delimiter nor the line end of the export, in row 1/],
    ['n,d\n1,2"\n', /has a quote inside a cell without quotes, in row 1/],
    ['n,d"\n1,2\n', /has a quote inside a cell without quotes, in the header/],
    ['n,d\n1,2\r\n', /ends with neither/],
  ])('%j is damaged, in the same words', async (text, message) => {
    const columns: readonly Column[] = [
      { name: 'n', type: 'int64', nullable: false },
      { name: 'd', type: 'double', nullable: true },
    ];
    const bytes = Buffer.from(text);
    const failure = async (source: AsyncIterable<Buffer>) =>
      collect(source).then(
        () => 'no failure',
        (error: unknown) => String(error),
      );
    const found = await failure(byBytes(bytes, 5, columns, PLAIN_CSV));
    expect(found).toMatch(message);
    expect(found).toBe(await failure(byValues(bytes, columns, PLAIN_CSV)));
  });

  test('a row that never ends costs no more in many pieces than in few', async () => {
    const columns: readonly Column[] = [
      { name: 'n', type: 'string', nullable: false },
      { name: 'd', type: 'string', nullable: true },
    ];
    const bytes = Buffer.from(`n,d\n1,"${'x'.repeat(48 * 1024 * 1024)}`);
    const timeOf = async (size: number) => {
      const start = performance.now();
      const encoding = collect(byBytes(bytes, size, columns, PLAIN_CSV));
      await expect(encoding).rejects.toThrow('ends in the middle of a row');
      return performance.now() - start;
    };
    const few = await timeOf(bytes.length / 4);
    // A copy of all of it for each piece would take a thousand times as long.
    expect(await timeOf(16 * 1024)).toBeLessThan(20 * few + 2000);
  });

  test('an integer beyond 64 bits and null where a column has none are damage, null in a key is told as such', async () => {
    const columns: readonly Column[] = [
      { name: 'n', type: 'int64', nullable: false },
      { name: 'k', type: 'string', nullable: true },
    ];
    const read = (text: string, key: readonly string[]) =>
      collect(byBytes(Buffer.from(text), 100, columns, PLAIN_CSV, key));
    await expect(read('n,k\n9223372036854775808,a\n', [])).rejects.toThrow(/is no int64 for column "n"/);
    await expect(read('n,k\n,a\n', [])).rejects.toThrow(/row 1: "" is no int64 for column "n"/);
    await expect(read('n,k\n1,\n', ['k'])).rejects.toThrow('null in the key');
    expect(await read('n,k\n1,""\n', ['k'])).toHaveLength(8 + 1 + 9);
  });

  test('tables whose cells are more than their text go by way of values', () => {
    const plain = tableOf(SCALARS, PLAIN_CSV);
    expect(isPlainCsv(plain)).toBe(true);
    expect(isPlainCsv(tableOf(COLUMNS, PLAIN_CSV))).toBe(false);
    expect(isPlainCsv(tableOf(SCALARS.slice(0, 1), PLAIN_CSV))).toBe(false);
    expect(isPlainCsv(tableOf(SCALARS, { ...PLAIN_CSV, delimiter: '，' }))).toBe(false);
    expect(isPlainCsv({ ...plain, partitionBy: ['day'] })).toBe(false);
    expect(isPlainCsv({ ...plain, source: { ...plain.source, format: 'ndjson' } })).toBe(false);
  });
});
