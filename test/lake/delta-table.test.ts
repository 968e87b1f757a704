import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { type JsonObject, stringifyJson } from '../../src/json-value.js';
import type { ReadParquet } from '../../src/lake/delta/delta-log.js';
import { openDeltaTable } from '../../src/lake/delta/delta-table.js';
import type { TableFiles } from '../../src/lake/table-model.js';
import { toAsyncBuffer } from '../../src/verify/parquet-file.js';
import { COLUMNS, changeOf, emptyTable, whole } from './table-fixtures.js';

const readParquet: ReadParquet = (file, columns) =>
  parquetReadObjects({ file: toAsyncBuffer(file), columns: [...columns] });
const open = (files: TableFiles) => openDeltaTable(files, readParquet, 'ges-export/test');
const commit = (version: number) => `_delta_log/${String(version).padStart(20, '0')}.json`;

const SCHEMA = JSON.stringify({
  type: 'struct',
  fields: [{ name: 'id', type: 'string', nullable: false, metadata: {} }],
});
const PROTOCOL = { minReaderVersion: 1, minWriterVersion: 2 };
const META = {
  id: 'theirs',
  format: { provider: 'parquet', options: {} },
  schemaString: SCHEMA,
  partitionColumns: [] as string[],
  configuration: { 'delta.appendOnly': 'true' },
};
const lines = (...actions: readonly object[]) =>
  actions.map((action) => `${JSON.stringify(action)}\n`).join('');

describe('a log of its own, with partitions', () => {
  const partitionBy = ['日', 'id', 'big', 'ok'];
  const columns = [...COLUMNS, { name: '日', type: 'string', nullable: true } as const];
  const partitions = [
    ['2026-11-22', '王 "100%"', '-9223372036854775808', 'false'],
    ['2026-11-22', null, null, null],
    ['2026-11-22', '', '0', 'true'],
  ];

  test('names them and their values, paths as URIs; empty text is the null of the format', async () => {
    const { files, read } = await emptyTable();
    const table = await open(files);
    const change = changeOf('a', table.plan({ columns, partitionBy }), partitionBy, partitions);
    const escaped = change.files.map((file) => ({
      ...file,
      path: 'a/id=王 %22100%25%22/part-00000.parquet',
    }));
    expect(await table.append({ ...change, files: escaped })).toBe(0);
    const actions = (await read(commit(0)))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metaData?: typeof META; add?: Record<string, unknown> });
    const metaData = actions.flatMap((action) => action.metaData ?? [])[0];
    expect(metaData?.partitionColumns).toEqual(partitionBy);
    const { fields } = JSON.parse(metaData?.schemaString ?? '') as {
      fields: { name: string; nullable: boolean }[];
    };
    expect(fields.find(({ name }) => name === 'id')?.nullable).toBe(true);
    const added = actions.flatMap(({ add }): Record<string, unknown>[] => (add === undefined ? [] : [add]));
    expect(added.map(({ partitionValues }) => partitionValues)).toEqual([
      { 日: '2026-11-22', id: '王 "100%"', big: '-9223372036854775808', ok: 'false' },
      { 日: '2026-11-22', id: null, big: null, ok: null },
      { 日: '2026-11-22', id: null, big: '0', ok: 'true' },
    ]);
    expect(added[0]?.['path']).toBe('a/id=%E7%8E%8B%20%2522100%2525%2522/part-00000.parquet');
    expect(Object.keys((JSON.parse(String(added[0]?.['stats'])) as { nullCount: object }).nullCount)).toEqual(
      ['rank', 'note'],
    );
  });

  test('takes further exports with the same ones in the same order only', async () => {
    const { files } = await emptyTable();
    const first = await open(files);
    await first.append(changeOf('a', first.plan({ columns, partitionBy }), partitionBy, partitions));
    const table = await open(files);
    expect(table.plan({ columns, partitionBy })).toEqual(columns);
    for (const other of [[], ['日'], [...partitionBy].reverse()])
      expect(() => table.plan({ columns, partitionBy: other })).toThrow(
        /, and the table is partitioned by "日", "id", "big", "ok"$/,
      );
    expect(() => table.checkPartitions([])).toThrow('the export has no partitions');
    const plain = await emptyTable();
    await (await open(plain.files)).append(changeOf('a', COLUMNS));
    const unparted = await open(plain.files);
    expect(() => unparted.plan({ columns: COLUMNS, partitionBy: ['id'] })).toThrow(
      'the export has partitions by "id", and the table has none',
    );
  });
});

describe('a log of its own', () => {
  test('holds one version an export, and is read back', async () => {
    const { files, read } = await emptyTable();
    const first = await open(files);
    expect(first.version).toBeNull();
    const columns = first.plan(whole(COLUMNS));
    expect(await first.append(changeOf('a', columns))).toBe(0);
    const second = await open(files);
    expect([second.version, second.holds('a'), second.holds('b')]).toEqual([0, true, false]);
    expect(await second.append(changeOf('b', columns))).toBe(1);
    // A writer that looked before that comes too late, and is told so.
    expect(await second.append(changeOf('c', columns))).toBeNull();
    const third = await open(files);
    expect([third.version, third.holds('b'), third.holds('c')]).toEqual([1, true, false]);

    const kinds = async (version: number) =>
      (await read(commit(version)))
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(await kinds(0)).toEqual(['commitInfo', 'protocol', 'metaData', 'txn', 'add', 'add']);
    expect(await kinds(1)).toEqual(['commitInfo', 'txn', 'add', 'add']);
  });

  test('keeps the bounds of 64-bit integers to the last digit', async () => {
    const { files, read } = await emptyTable();
    const table = await open(files);
    await table.append(changeOf('a', table.plan(whole(COLUMNS))));
    const add = (await read(commit(0))).split('\n').find((line) => line.startsWith('{"add"')) ?? '';
    const { stats } = (JSON.parse(add) as { add: { stats: string } }).add;
    const parsed = parseText(stats) as JsonObject;
    expect(stringifyJson(parsed.get('minValues') ?? null)).toBe(
      '{"id":"a","big":-9223372036854775808,"rank":-0.0}',
    );
    expect(stringifyJson(parsed.get('maxValues') ?? null)).toBe(
      '{"id":"𠮷","big":9223372036854775807,"rank":1e-7}',
    );
    expect(stringifyJson(parsed.get('nullCount') ?? null)).toBe('{"id":0,"big":1,"rank":0,"ok":0,"note":3}');
  });

  test('learns nullable columns, and keeps what else the table says of itself', async () => {
    const { files, write, read } = await emptyTable();
    await write(commit(0), lines({ protocol: PROTOCOL }, { metaData: META }));
    const table = await open(files);
    const wider = [...COLUMNS.slice(0, 1), { name: '城市', type: 'list<int64>', nullable: true }] as const;
    expect(await table.append(changeOf('a', table.plan(whole(wider))))).toBe(1);
    const line = (await read(commit(1))).split('\n').find((text) => text.startsWith('{"metaData"')) ?? '';
    const { metaData } = JSON.parse(line) as { metaData: typeof META };
    expect({ ...metaData, schemaString: SCHEMA }).toEqual(META);
    expect(JSON.parse(metaData.schemaString)).toEqual({
      type: 'struct',
      fields: [
        { name: 'id', type: 'string', nullable: false, metadata: {} },
        {
          name: '城市',
          type: { type: 'array', elementType: 'long', containsNull: true },
          nullable: true,
          metadata: {},
        },
      ],
    });
    expect((await open(files)).plan(whole(wider))).toEqual(wider);
  });

  test.each(['a b', 'a,b', 'a;b', 'a{b', 'a)b', 'a\tb', 'a=b', ''])(
    'takes no column named %j',
    async (name) => {
      const { files } = await emptyTable();
      const table = await open(files);
      expect(() => table.plan(whole([{ name, type: 'string', nullable: true }]))).toThrow(
        /names in Delta hold no space/,
      );
    },
  );
});

describe('a log that others wrote', () => {
  const base = lines({ protocol: PROTOCOL }, { metaData: META });
  const refused: [string, Record<string, string>, RegExp][] = [
    [
      'a version is missing',
      { [commit(0)]: base, [commit(2)]: lines({ txn: { appId: 'x' } }) },
      /version 1 is missing/,
    ],
    ['the first version is missing', { [commit(3)]: base }, /version 0 is missing/],
    [
      'only a pointer',
      { '_delta_log/_last_checkpoint': '{"version":9}' },
      /holds no version that can be read/,
    ],
    ['half a line', { [commit(0)]: `${base}{"add":{` }, /version 0 is not JSON/],
    ['no metaData', { [commit(0)]: lines({ protocol: PROTOCOL }) }, /no protocol or no metaData/],
    ['a wrong action', { [commit(0)]: lines({ protocol: { minReaderVersion: 'x' } }) }, /wrong protocol/],
    [
      'a checkpoint that is none',
      { [commit(1)]: base, '_delta_log/00000000000000000000.checkpoint.parquet': 'PAR1' },
      /checkpoint\.parquet" cannot be read/,
    ],
    [
      'a newer writer',
      { [commit(0)]: lines({ protocol: { minReaderVersion: 1, minWriterVersion: 4 } }, { metaData: META }) },
      /needs writers of version 4/,
    ],
    [
      'a newer reader',
      { [commit(0)]: lines({ protocol: { minReaderVersion: 2, minWriterVersion: 5 } }, { metaData: META }) },
      /needs readers of version 2/,
    ],
    [
      'an unknown feature',
      {
        [commit(0)]: lines(
          {
            protocol: {
              minReaderVersion: 3,
              minWriterVersion: 7,
              readerFeatures: ['deletionVectors'],
              writerFeatures: ['deletionVectors'],
            },
          },
          { metaData: META },
        ),
      },
      /uses the feature "deletionVectors"/,
    ],
    [
      'an invariant',
      {
        [commit(0)]: lines(
          { protocol: PROTOCOL },
          {
            metaData: {
              ...META,
              schemaString: SCHEMA.replace('"metadata":{}', '"metadata":{"delta.invariants":"{}"}'),
            },
          },
        ),
      },
      /column "id" has an invariant/,
    ],
    [
      'another schema',
      { [commit(0)]: lines({ protocol: PROTOCOL }, { metaData: { ...META, schemaString: '[]' } }) },
      /its schema is none of the format/,
    ],
  ];
  test.each(refused)('is refused: %s', async (_, content, message) => {
    const { files, write } = await emptyTable();
    for (const [path, text] of Object.entries(content)) await write(path, text);
    await expect(open(files)).rejects.toMatchObject({
      code: 'TABLE_FORMAT',
      message: expect.stringMatching(message),
    });
  });

  test('is refused where it is partitioned', async () => {
    const { files, write } = await emptyTable();
    await write(
      commit(0),
      lines({ protocol: PROTOCOL }, { metaData: { ...META, partitionColumns: ['label'] } }),
    );
    const table = await open(files);
    expect(() => table.plan(whole(COLUMNS.slice(0, 1)))).toThrow(
      expect.objectContaining({
        code: 'TABLE_CONFLICT',
        message: expect.stringContaining('no partitions, and the table is partitioned by "label"'),
      }),
    );
    expect(() => table.plan({ columns: COLUMNS.slice(0, 1), partitionBy: ['id'] })).toThrow(
      'partitions by "id", and the table is partitioned by "label"',
    );
  });

  test('may use features that ask nothing here, and hold what is compacted', async () => {
    const { files, write } = await emptyTable();
    const protocol = {
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ['appendOnly', 'invariants'],
    };
    await write(commit(0), lines({ protocol }, { metaData: META }));
    await write(
      commit(1),
      lines({ commitInfo: { anything: true } }, { txn: { appId: 'spark', version: 3 } }),
    );
    await write('_delta_log/00000000000000000000.00000000000000000001.compacted.json', 'never read');
    await write('_delta_log/00000000000000000001.crc', '{}');
    const table = await open(files);
    expect([table.version, table.holds('spark')]).toEqual([1, true]);
    expect(await table.append(changeOf('a', table.plan(whole(COLUMNS.slice(0, 1)))))).toBe(2);
  });
});
