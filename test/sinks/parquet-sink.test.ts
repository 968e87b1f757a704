import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import type { JsonValue } from '../../src/json-value.js';
import type { Column, ColumnType, Row, SinkState } from '../../src/model.js';
import { parquetFormat } from '../../src/sinks/parquet-sink.js';
import { plainTable } from './arbitrary-table.js';
import { encode, sinkOptions } from './part-in-memory.js';
import { readParquet, readParquetLite, toArrayBuffer, toParquetCell } from './read-back.js';
import { MANY_ROWS_COLUMNS, manyRows, number } from './table-fixtures.js';

function column(name: string, type: ColumnType, nullable = true): Column {
  return { name, type, nullable };
}

async function encodeColumn(type: ColumnType, cells: readonly JsonValue[]): Promise<Buffer> {
  return encode(parquetFormat, [column('c', type)], [cells.map((cell) => [cell])], { compression: 'snappy' });
}

async function statisticsOf(type: ColumnType, cells: readonly JsonValue[]) {
  const metadata = parquetMetadata(toArrayBuffer(await encodeColumn(type, cells)));
  return metadata.row_groups[0]?.columns[0]?.meta_data?.statistics;
}

describe('values', () => {
  it('keeps every 64-bit integer exact', async () => {
    const texts = [
      '9007199254740993',
      '-9007199254740993',
      '9223372036854775807',
      '-9223372036854775808',
      '0',
    ];
    const { rows } = await readParquet(await encodeColumn('int64', texts.map(number)));
    expect(rows.flat()).toEqual(texts.map(BigInt));
  });

  it('gives any table back through the reader of parquetjs-lite too', async () => {
    await fc.assert(
      fc.asyncProperty(plainTable, fc.constantFrom('none', 'gzip', 'snappy'), async (table, compression) => {
        const { columns, windows } = table;
        const bytes = await encode(parquetFormat, columns, windows, { compression });
        const expected = windows
          .flat()
          .map((row) => columns.map((c, i) => toParquetCell(row[i] as JsonValue, c)));
        expect(await readParquetLite(bytes, columns)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('decodes levels that change at any place of a page', async () => {
    const runs = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.integer({ min: 1, max: 40 })), {
      maxLength: 40,
    });
    const cells: readonly JsonValue[] = [null, [], [null], [number(1), null, number(2)]];
    await fc.assert(
      fc.asyncProperty(runs, async (pattern) => {
        const column = pattern.flatMap(([kind, length]) =>
          Array<JsonValue>(length).fill(cells[kind] as JsonValue),
        );
        const { rows } = await readParquet(await encodeColumn('list<int64>', column));
        const expected = column.map((cell) =>
          toParquetCell(cell, { name: 'c', type: 'list<int64>', nullable: true }),
        );
        expect(rows.flat(1)).toEqual(expected);
      }),
    );
  });
});

describe('columns', () => {
  const names = [
    'b.c',
    'a,b',
    '10',
    '2',
    '__proto__',
    'constructor',
    '中文',
    '',
    'list',
    'element',
    ' ',
    '"',
  ];

  it('keeps any name, in the order of the table', async () => {
    const columns = names.flatMap((name) => [column(name, 'int64'), column(`${name} list`, 'list<int64>')]);
    const row = columns.map((c, i) => (c.type === 'int64' ? number(i) : [number(i)]));
    const table = await readParquet(await encode(parquetFormat, columns, [[row]]));
    expect(table.names).toEqual(columns.map((c) => c.name));
    expect(table.rows).toEqual([columns.map((c, i) => (c.type === 'int64' ? BigInt(i) : [BigInt(i)]))]);
  });

  it('names them in the schema and in every column chunk alike', async () => {
    const columns = [column('a.b', 'string'), column('7', 'list<double>', false), column('j', 'json', false)];
    const metadata = parquetMetadata(
      toArrayBuffer(await encode(parquetFormat, columns, [[['x', [], true]]])),
    );
    const schema = metadata.schema.map(({ name, repetition_type, converted_type }) => [
      name,
      repetition_type,
      converted_type,
    ]);
    expect(schema).toEqual([
      ['root', undefined, undefined],
      ['a.b', 'OPTIONAL', 'UTF8'],
      ['7', 'REQUIRED', 'LIST'],
      ['list', 'REPEATED', undefined],
      ['element', 'OPTIONAL', undefined],
      ['j', 'REQUIRED', 'JSON'],
    ]);
    const paths = metadata.row_groups[0]?.columns.map((chunk) => chunk.meta_data?.path_in_schema);
    expect(paths).toEqual([['a.b'], ['7', 'list', 'element'], ['j']]);
  });
});

describe('statistics', () => {
  it('orders text by its bytes, above U+FFFF too', async () => {
    const below = '\uFF5E';
    const above = '\u{1F600}';
    expect(below > above, 'JavaScript orders them the other way').toBe(true);
    expect(await statisticsOf('string', [above, below, null])).toMatchObject({
      min_value: below,
      max_value: above,
      null_count: 1n,
    });
    const file = toArrayBuffer(await encodeColumn('string', [above, below]));
    expect(await parquetReadObjects({ file, filter: { c: { $eq: above } } })).toEqual([{ c: above }]);
  });

  it('are exact for numbers, and signed outwards for zero', async () => {
    const big = ['9007199254740993', '9007199254740992', '-9223372036854775808'];
    expect(await statisticsOf('int64', big.map(number))).toMatchObject({
      min_value: -9223372036854775808n,
      max_value: 9007199254740993n,
      null_count: 0n,
    });
    const zero = await statisticsOf('double', [number('0.0'), number('-0.0')]);
    expect(zero?.min_value).toBe(-0);
    expect(zero?.max_value).toBe(0);
    expect(await statisticsOf('boolean', [true, false])).toMatchObject({ min_value: false, max_value: true });
  });

  it('leave out what is not known', async () => {
    const nulls = await statisticsOf('double', [null, null]);
    expect(nulls).toMatchObject({ null_count: 2n });
    expect(nulls?.min_value).toBeUndefined();
    const long = await statisticsOf('string', ['a', 'z'.repeat(65)]);
    expect([long?.min_value, long?.max_value, long?.distinct_count]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await statisticsOf('json', ['b', null]))?.min_value).toBeUndefined();
    expect(await statisticsOf('list<int64>', [[number(1)], null])).toBeUndefined();
  });
});

describe('layout', () => {
  it('makes one row group a window and none for an empty one', async () => {
    const windows = [manyRows(10), [], manyRows(20, 10)];
    const bytes = await encode(parquetFormat, MANY_ROWS_COLUMNS, windows, { compression: 'snappy' });
    const metadata = parquetMetadata(toArrayBuffer(bytes));
    expect(metadata.row_groups.map((group) => group.num_rows)).toEqual([10n, 20n]);
    expect(metadata.num_rows).toBe(30n);
  });

  it('states sizes that are those of the file', async () => {
    const windows = [manyRows(30_000), manyRows(10, 30_000)];
    const plain = await encode(parquetFormat, MANY_ROWS_COLUMNS, windows, { compression: 'none' });
    const packed = await encode(parquetFormat, MANY_ROWS_COLUMNS, windows, { compression: 'snappy' });
    let next = 4n;
    const plainGroups = parquetMetadata(toArrayBuffer(plain)).row_groups;
    for (const [g, group] of parquetMetadata(toArrayBuffer(packed)).row_groups.entries()) {
      for (const [c, chunk] of group.columns.entries()) {
        const { data_page_offset, total_compressed_size, total_uncompressed_size } = chunk.meta_data ?? {};
        expect(data_page_offset).toBe(next);
        next += total_compressed_size ?? 0n;
        const uncompressed = plainGroups[g]?.columns[c]?.meta_data?.total_compressed_size ?? 0n;
        // Page headers state the compressed size in fewer or more bytes.
        expect(Math.abs(Number((total_uncompressed_size ?? 0n) - uncompressed))).toBeLessThan(16);
      }
    }
    const footerLength = packed.readUInt32LE(packed.length - 8);
    expect(Number(next)).toBe(packed.length - 8 - footerLength);
  });

  it('ends a page at 20000 entries or 1 MiB, so that no encoder gets more at once', async () => {
    const cell = ['x'.repeat(40_000)];
    const rows: Row[] = [
      ...manyRows(45_000),
      ...Array.from({ length: 60 }, (_, i): Row => [`b${i}`, null, cell]),
    ];
    const written: number[] = [];
    const sink = await parquetFormat.open(
      sinkOptions(MANY_ROWS_COLUMNS, async (pieces) => {
        written.push(...pieces.map((piece) => piece.length));
      }),
    );
    await sink.write(rows);
    await sink.endWindow();
    // Three pages for each scalar. The list has 72000 entries, then 60 long texts of which 27 fill a page.
    expect(written).toHaveLength(1 + 3 + 3 + 6);
    expect(Math.max(...written)).toBeLessThan(1.25 * 1024 * 1024);
  });

  it('names the program and nothing of the host or the time', async () => {
    const bytes = await encode(parquetFormat, MANY_ROWS_COLUMNS, []);
    const metadata = parquetMetadata(toArrayBuffer(bytes));
    expect(metadata.created_by).toMatch(/^ges-export version /);
    expect(metadata.key_value_metadata).toBeUndefined();
  });
});

describe('resuming', () => {
  async function begin(): Promise<{ bytes: number; rows: number; state: SinkState }> {
    let bytes = 0;
    const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
      for (const piece of pieces) bytes += piece.length;
    };
    const sink = await parquetFormat.open(sinkOptions(MANY_ROWS_COLUMNS, write));
    await sink.write(manyRows(10));
    const state = await sink.endWindow();
    return { bytes, rows: 10, state };
  }

  async function reopen(
    resume: { bytes: number; rows: number; state: SinkState },
    columns = MANY_ROWS_COLUMNS,
  ) {
    return parquetFormat.open({ ...sinkOptions(columns, async () => {}), resume });
  }

  it('refuses a state that is missing, damaged or does not fit the part', async () => {
    const good = await begin();
    await reopen(good);
    for (const bad of [
      { ...good, state: null },
      { ...good, state: {} },
      { ...good, state: { rowGroups: [{ rows: 10, chunks: [] }] } },
      { ...good, bytes: good.bytes + 1 },
      { ...good, rows: 11 },
    ]) {
      const failure = await reopen(bad).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CheckpointError);
      expect(failure).toMatchObject({ code: 'CHECKPOINT_INVALID' });
    }
    await expect(reopen(good, MANY_ROWS_COLUMNS.slice(1))).rejects.toThrow('3 columns, the table has 2');
  });

  it('keeps the state small', async () => {
    const { state } = await begin();
    expect(JSON.stringify(state).length).toBeLessThan(100 * MANY_ROWS_COLUMNS.length);
  });
});
