import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { ParquetToBinary } from '../../src/load/clickhouse/parquet-binary.js';
import { RowBinaryEncoder } from '../../src/load/clickhouse/row-binary.js';
import type { LoadPart, LoadTable } from '../../src/load/load-model.js';
import { openPart } from '../../src/load/parts/open-part.js';
import { partParquet } from '../../src/load-parquet.js';
import type { Column, Compression, Row, StoredFile } from '../../src/model.js';
import { parquetFormat } from '../../src/sinks/parquet-sink.js';
import { anyTable } from '../sinks/arbitrary-table.js';
import { encode } from '../sinks/part-in-memory.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';
import { COLUMNS, collect, ROWS, targetsOf } from './load-fixtures.js';

const SOURCE = { format: 'parquet', csv: PLAIN_CSV, raw: false } as const;

async function* from(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}

function partOf(bytes: Buffer, columns: readonly Column[], partitionBy?: readonly string[]): LoadPart {
  const path = 'all/part-00000.parquet';
  const stored: StoredFile = {
    path,
    bytes: bytes.length,
    isFile: true,
    localPath: null,
    read: (start = 0, end = bytes.length) => from(bytes.subarray(start, end)),
    scan: () => from(bytes),
  };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { path, rows: 0, bytes: bytes.length, sha256, firstOffset: 0, endOffset: 0 };
  return openPart(async () => stored, file, { columns, partitionBy }, SOURCE, parseText, partParquet);
}

/** By way of values of JavaScript. */
async function byValues(part: LoadPart, columns: readonly Column[]): Promise<Buffer> {
  const encoder = new RowBinaryEncoder(targetsOf(columns), 'the load');
  const all: Buffer[] = [];
  for await (const rows of part.rows()) all.push(...encoder.encode(rows));
  return Buffer.concat(all);
}

async function byColumns(
  part: LoadPart,
  columns: readonly Column[],
  key: readonly string[] = [],
): Promise<Buffer> {
  const table: LoadTable = {
    ...{ name: 'all', loadId: 'the load', jobId: 'j', rows: 0, columns, partitionBy: [], emptyColumns: [] },
    ...{ source: SOURCE, parts: [part] },
  };
  const toKeyError = () => new Error('null in the key');
  const binary = new ParquetToBinary(table, part, targetsOf(columns, key), toKeyError);
  const groups = binary.open();
  if (groups === null) throw new Error('The part has no columns');
  return collect(binary.encode(groups));
}

const parquetOf = (
  columns: readonly Column[],
  windows: readonly (readonly Row[])[],
  compression: Compression,
) => encode(parquetFormat, columns, windows, { compression });

describe('Parquet to RowBinary', () => {
  test.each<Compression>(['none', 'snappy', 'gzip'])(
    '%s: the bytes that values give, whole row groups at a time',
    async (compression) => {
      const bytes = await parquetOf(COLUMNS, [ROWS.slice(0, 9), [], ROWS.slice(9), ROWS], compression);
      const wanted = await byValues(partOf(bytes, COLUMNS), COLUMNS);
      expect(wanted.length).toBeGreaterThan(1000);
      expect((await byColumns(partOf(bytes, COLUMNS), COLUMNS)).equals(wanted)).toBe(true);
    },
  );

  test('any table', async () => {
    const compression = fc.constantFrom<Compression>('none', 'snappy', 'gzip');
    await fc.assert(
      fc.asyncProperty(anyTable, compression, async ({ columns, windows }, packed) => {
        const bytes = await parquetOf(columns, windows, packed);
        const wanted = await byValues(partOf(bytes, columns), columns);
        expect((await byColumns(partOf(bytes, columns), columns)).equals(wanted)).toBe(true);
      }),
    );
  });

  test('texts that a dictionary holds, and texts too many for one, beside long ones', async () => {
    const columns: readonly Column[] = [
      { name: 'few', type: 'string', nullable: true },
      { name: 'many', type: 'string', nullable: false },
      { name: 'list', type: 'list<string>', nullable: true },
    ];
    const window = (first: number): Row[] =>
      Array.from({ length: 6000 }, (_, index) => [
        index % 11 === 0 ? null : `value ${index % 7}`,
        `${'上'.repeat(index % 40)}${first + index}`,
        index % 5 === 0 ? null : [`${index % 3}`, null, `${first + index}`],
      ]);
    const bytes = await parquetOf(columns, [window(0), window(6000)], 'snappy');
    const found = await byColumns(partOf(bytes, columns), columns);
    expect(found.equals(await byValues(partOf(bytes, columns), columns))).toBe(true);
  });

  test('null in a key, a file that is not that of the manifest, one that is no Parquet', async () => {
    const columns: readonly Column[] = [{ name: 'k', type: 'string', nullable: true }];
    const bytes = await parquetOf(columns, [[['a'], [null]]], 'none');
    await expect(byColumns(partOf(bytes, columns), columns, ['k'])).rejects.toThrow('null in the key');
    const part = partOf(bytes, columns);
    bytes[8] = (bytes[8] as number) ^ 1;
    await expect(byColumns(part, columns)).rejects.toThrow(/part-00000.parquet" has changed/);
    const other: readonly Column[] = [{ name: 'k', type: 'int64', nullable: true }];
    await expect(byColumns(partOf(Buffer.from('PAR1'), columns), columns)).rejects.toThrow(
      /^"all\/part-00000.parquet" has no readable Parquet footer/,
    );
    const good = await parquetOf(columns, [[['a']]], 'none');
    await expect(byColumns(partOf(good, other), other)).rejects.toThrow(/^"all\/part-00000.parquet" /);
  });

  test('a part with columns in its path goes by way of rows', async () => {
    const columns: readonly Column[] = [{ name: 'k', type: 'string', nullable: true }];
    const bytes = await parquetOf(columns, [[['a']]], 'none');
    expect(partOf(bytes, columns, ['k']).columns(() => 0)).toBeNull();
  });
});
