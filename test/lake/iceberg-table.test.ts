import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { type AvroField, type AvroRecord, decodeAvro, encodeAvro } from '../../src/lake/iceberg/avro.js';
import { openIcebergTable } from '../../src/lake/iceberg/iceberg-table.js';
import { MANIFEST_FILE_FIELDS } from '../../src/lake/iceberg/manifest-schemas.js';
import type { TableFiles } from '../../src/lake/table-model.js';
import type { Column } from '../../src/model.js';
import { COLUMNS, changeOf, emptyTable, whole } from './table-fixtures.js';

const LOCATION = 's3://bucket/place/ranks';
const open = (files: TableFiles, location = LOCATION) => openIcebergTable(files, location, parseText);
const metadata = (version: number) => `metadata/v${version}.metadata.json`;

interface Metadata {
  readonly 'current-snapshot-id': number;
  readonly 'last-column-id': number;
  readonly 'last-sequence-number': number;
  readonly 'current-schema-id': number;
  readonly location: string;
  readonly schemas: { 'schema-id': number; fields: { id: number; name: string; required: boolean }[] }[];
  readonly snapshots: {
    'snapshot-id': number;
    'parent-snapshot-id'?: number;
    'sequence-number': number;
    'manifest-list': string;
    summary: Record<string, string>;
  }[];
  readonly 'metadata-log': { 'metadata-file': string }[];
}

type Table = Awaited<ReturnType<typeof emptyTable>>;

async function metadataOf(table: Table, version: number): Promise<Metadata> {
  return JSON.parse(await table.read(metadata(version))) as Metadata;
}

async function manifestsOf({ files }: Table, location: string): Promise<readonly AvroRecord[]> {
  const file = await files.openFile(location.slice(LOCATION.length + 1));
  const pieces: Uint8Array[] = [];
  for await (const piece of file?.read() ?? []) pieces.push(piece);
  return decodeAvro(Buffer.concat(pieces)).records as readonly AvroRecord[];
}

const column = (name: string, type: Column['type'] = 'string'): Column => ({ name, type, nullable: true });

/** Commits an export with the columns that the table plans for it. */
async function append(table: Table, exportId: string, columns: readonly Column[]): Promise<void> {
  const opened = await open(table.files);
  expect(await opened.append(changeOf(exportId, opened.plan(whole(columns))))).not.toBeNull();
  await opened.announce();
}

describe('metadata of its own, with partitions', () => {
  const partitionBy = ['日 期', 'id', 'big', 'ok'];
  const columns = [...COLUMNS, column('日 期')];
  const shape = { columns, partitionBy };
  const partitions = [
    ['2026-11-22', '𠮷', '-9223372036854775808', 'true'],
    ['2026-11-22', null, null, null],
    ['2026-11-22', '', '7', 'false'],
    ['2026-11-22', '\uffee', '7', 'false'],
  ];
  const appendParts = async (table: Table, id: string) => {
    const opened = await open(table.files);
    const change = changeOf(id, opened.plan(shape), partitionBy, partitions);
    expect(await opened.append(change)).not.toBeNull();
    return opened;
  };

  test('has a spec, a tuple for each file, and a summary of them for each manifest', async () => {
    const table = await emptyTable();
    const planned = (await open(table.files)).plan(shape);
    // What no file holds takes no number before the commit.
    expect(planned.map(({ fieldIds }) => fieldIds)).toEqual([
      undefined,
      undefined,
      [1],
      undefined,
      [2, 3],
      [4],
      undefined,
    ]);
    await appendParts(table, 'a');
    const one = await metadataOf(table, 1);
    expect(one).toMatchObject({
      'last-column-id': 8,
      'last-partition-id': 1003,
      'default-spec-id': 0,
      'partition-specs': [
        {
          'spec-id': 0,
          fields: [
            { name: '日 期', 'source-id': 8, 'field-id': 1000, transform: 'identity' },
            { name: 'id', 'source-id': 5, 'field-id': 1001, transform: 'identity' },
            { name: 'big', 'source-id': 6, 'field-id': 1002, transform: 'identity' },
            { name: 'ok', 'source-id': 7, 'field-id': 1003, transform: 'identity' },
          ],
        },
      ],
    });
    expect(one.schemas[0]?.fields.map(({ id, required }) => [id, required])).toEqual(
      [5, 6, 1, 7, 2, 4, 8].map((id) => [id, false]),
    );
    const [manifest] = await manifestsOf(table, one.snapshots[0]?.['manifest-list'] ?? '');
    expect(manifest).toMatchObject({ partition_spec_id: 0, added_files_count: 4 });
    const long = (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(value);
      return bytes;
    };
    const bounds = (contains_null: boolean, lower_bound: Buffer, upper_bound: Buffer) => ({
      ...{ contains_null, contains_nan: null, lower_bound, upper_bound },
    });
    // U+20BB7 comes after U+FFEE in UTF-8, and before it in UTF-16.
    expect(manifest?.['partitions']).toEqual([
      bounds(false, Buffer.from('2026-11-22'), Buffer.from('2026-11-22')),
      bounds(true, Buffer.from(''), Buffer.from('𠮷')),
      bounds(true, long(-(2n ** 63n)), long(7n)),
      bounds(true, Buffer.of(0), Buffer.of(1)),
    ]);
    const entries = await manifestsOf(table, String(manifest?.['manifest_path']));
    const tuples = entries.map((entry) => (entry['data_file'] as AvroRecord)['partition']);
    expect(tuples).toEqual([
      { _x65E5_x20_x671F: '2026-11-22', id: '𠮷', big: -(2n ** 63n), ok: true },
      { _x65E5_x20_x671F: '2026-11-22', id: null, big: null, ok: null },
      { _x65E5_x20_x671F: '2026-11-22', id: '', big: 7n, ok: false },
      { _x65E5_x20_x671F: '2026-11-22', id: '\uffee', big: 7n, ok: false },
    ]);
  });

  test('goes on with its spec and its numbers, and with no other partitions', async () => {
    const table = await emptyTable();
    const early = await open(table.files);
    const late = changeOf('late', early.plan(shape), partitionBy, partitions);
    await appendParts(table, 'a');
    // What was planned for a table that was not there yet has the numbers that it has now.
    expect(await (await open(table.files)).append(late)).toBe(2);
    const [one, two] = [await metadataOf(table, 1), await metadataOf(table, 2)];
    expect(two.schemas).toEqual(one.schemas);
    const opened = await open(table.files);
    for (const other of [[], ['id'], [...partitionBy].reverse()])
      expect(() => opened.plan({ columns, partitionBy: other })).toThrow(
        /, and the table is partitioned by "日 期", "id", "big", "ok"$/,
      );
    expect(() => opened.checkPartitions(['id'])).toThrow('the export has partitions by "id", and');
    const plain = await emptyTable();
    await append(plain, 'a', COLUMNS);
    await expect(
      (await open(plain.files)).append(changeOf('b', columns, partitionBy, partitions)),
    ).rejects.toThrow('and the table has none');
  });
});

describe('metadata of its own', () => {
  test('numbers columns and the elements of lists, and goes on with these numbers', async () => {
    const table = await emptyTable();
    const planned = (await open(table.files)).plan(whole(COLUMNS));
    expect(planned.map(({ fieldIds }) => fieldIds)).toEqual([[1], [2], [3], [4], [5, 6], [7]]);
    await append(table, 'a', COLUMNS);
    const second = (await open(table.files)).plan(
      whole([column('new', 'list<int64>'), ...[...COLUMNS].reverse()]),
    );
    expect(second.map(({ fieldIds }) => fieldIds)).toEqual([[8, 9], [7], [5, 6], [4], [3], [2], [1]]);
  });

  test('holds a snapshot an export, and the manifests before it as they were', async () => {
    const table = await emptyTable();
    await append(table, 'a', COLUMNS);
    const one = await metadataOf(table, 1);
    const before = await manifestsOf(table, one.snapshots[0]?.['manifest-list'] ?? '');
    await append(table, 'b', [...COLUMNS, column('城市')]);
    const two = await metadataOf(table, 2);
    expect(two).toMatchObject({ 'last-sequence-number': 2, 'last-column-id': 8, 'current-schema-id': 1 });
    expect(two.schemas.map(({ fields }) => fields.length)).toEqual([6, 7]);
    expect(two.snapshots[0]).toEqual(one.snapshots[0]);
    expect(two.snapshots[1]).toMatchObject({
      'parent-snapshot-id': one['current-snapshot-id'],
      'snapshot-id': two['current-snapshot-id'],
      'sequence-number': 2,
      summary: {
        operation: 'append',
        'ges-export.export-id': 'b',
        'added-data-files': '2',
        'added-records': '6',
        'total-data-files': '4',
        'total-records': '12',
      },
    });
    expect(two['metadata-log'].map((entry) => entry['metadata-file'])).toEqual([
      `${LOCATION}/${metadata(1)}`,
    ]);
    const manifests = await manifestsOf(table, two.snapshots[1]?.['manifest-list'] ?? '');
    expect(manifests).toHaveLength(2);
    expect(manifests[1]).toEqual(before[0]);
    expect(await table.read('metadata/version-hint.text')).toBe('2');
    const [entry] = await manifestsOf(table, String(manifests[0]?.['manifest_path']));
    expect(entry).toMatchObject({
      status: 1,
      sequence_number: null,
      data_file: { file_path: `${LOCATION}/b/part-00000.parquet`, record_count: 3n },
    });
    const reopened = await open(table.files);
    expect([reopened.version, reopened.holds('a'), reopened.holds('b'), reopened.holds('c')]).toEqual([
      2,
      true,
      true,
      false,
    ]);
  });

  test('an export that planned before another one came in is told so where their columns clash', async () => {
    const table = await emptyTable();
    const early = await open(table.files);
    const same = changeOf('same', early.plan(whole([column('x')])));
    const clash = changeOf('clash', early.plan(whole([column('x'), column('y')])));
    await append(table, 'first', [column('x'), column('z')]);
    expect(await early.append(same)).toBeNull();
    const late = await open(table.files);
    await expect(late.append(clash)).rejects.toMatchObject({
      code: 'TABLE_CONFLICT',
      message: expect.stringContaining('column "y" under a number that another export has taken'),
    });
    expect(await (await open(table.files)).append(same)).toBe(2);
  });

  test('a commit whose hint was never written is announced by the next run', async () => {
    const table = await emptyTable();
    const first = await open(table.files);
    await first.append(changeOf('a', first.plan(whole(COLUMNS))));
    expect(await table.files.loadText('metadata/version-hint.text')).toBeNull();
    const second = await open(table.files);
    expect(second.holds('a')).toBe(true);
    await second.announce();
    expect(await table.read('metadata/version-hint.text')).toBe('1');
  });
});

describe('metadata of others', () => {
  /** A table of one column as another program would have it: with 63-bit IDs, its own members, its own field names. */
  async function theirs(change: (text: string) => string = (text) => text) {
    const table = await emptyTable();
    const names: Readonly<Record<string, string>> = {
      added_files_count: 'added_data_files_count',
      existing_files_count: 'existing_data_files_count',
      deleted_files_count: 'deleted_data_files_count',
    };
    const fields = MANIFEST_FILE_FIELDS.map(
      (field): AvroField => ({ ...field, name: names[field.name] ?? field.name }),
    );
    const record = {
      manifest_path: `${LOCATION}/metadata/m0.avro`,
      manifest_length: 5n,
      partition_spec_id: 0,
      content: 0,
      sequence_number: 7n,
      min_sequence_number: 7n,
      added_snapshot_id: 8_000_000_000_000_000_001n,
      added_data_files_count: 1,
      existing_data_files_count: 0,
      deleted_data_files_count: 0,
      added_rows_count: 5n,
      existing_rows_count: 0n,
      deleted_rows_count: 0n,
      partitions: null,
      key_metadata: Buffer.from('key'),
    };
    const schema = { type: 'record', name: 'manifest_file', fields };
    const list = encodeAvro({ schema, metadata: new Map(), records: [record] });
    await table.write('metadata/snap-theirs.avro', list);
    const text = JSON.stringify({
      'format-version': 2,
      'table-uuid': 'theirs',
      location: 's3a://bucket/place/ranks/',
      'last-sequence-number': 7,
      'last-updated-ms': 1,
      'last-column-id': 40,
      'current-schema-id': 3,
      schemas: [
        {
          type: 'struct',
          'schema-id': 3,
          fields: [{ id: 40, name: 'id', required: true, type: 'string', doc: 'ours' }],
        },
      ],
      'default-spec-id': 0,
      'partition-specs': [{ 'spec-id': 0, fields: [] }],
      'last-partition-id': 999,
      'default-sort-order-id': 0,
      'sort-orders': [{ 'order-id': 0, fields: [] }],
      properties: { owner: 'them' },
      'current-snapshot-id': 'ID',
      refs: {
        main: { 'snapshot-id': 'ID', type: 'branch', 'max-ref-age-ms': 5 },
        kept: { 'snapshot-id': 'ID', type: 'tag' },
      },
      snapshots: [
        {
          'snapshot-id': 'ID',
          'sequence-number': 7,
          'timestamp-ms': 1,
          summary: { operation: 'append', 'total-records': '5' },
          'manifest-list': 's3a://bucket/place/ranks/metadata/snap-theirs.avro',
        },
      ],
    }).replaceAll('"ID"', '8000000000000000001');
    await table.write(metadata(4), change(text));
    return table;
  }

  test('goes on with every digit and every member', async () => {
    const table = await theirs();
    const opened = await open(table.files);
    const planned = opened.plan(whole([{ name: 'id', type: 'string', nullable: true }]));
    expect(planned[0]?.fieldIds).toEqual([40]);
    expect(await opened.append(changeOf('a', planned))).toBe(5);
    const text = await table.read(metadata(5));
    expect(text).toContain('"parent-snapshot-id":8000000000000000001');
    expect(text).toContain('"kept":{"snapshot-id":8000000000000000001,"type":"tag"}');
    expect(text).toContain('"max-ref-age-ms":5');
    const now = await metadataOf(table, 5);
    expect(now).toMatchObject({
      location: 's3a://bucket/place/ranks/',
      properties: { owner: 'them' },
      'last-sequence-number': 8,
      'last-column-id': 40,
      'current-schema-id': 4,
    });
    expect(now.schemas[1]?.fields).toEqual([
      { id: 40, name: 'id', required: false, type: 'string', doc: 'ours' },
    ]);
    expect(now.snapshots[1]?.summary).toMatchObject({ 'total-records': '11' });
    expect(now.snapshots[1]?.summary).not.toHaveProperty('total-data-files');
    const list = now.snapshots[1]?.['manifest-list'].replace('s3a:', 's3:') ?? '';
    const manifests = await manifestsOf(table, list);
    expect(manifests[1]).toMatchObject({
      manifest_path: `${LOCATION}/metadata/m0.avro`,
      added_files_count: 1,
      added_snapshot_id: 8_000_000_000_000_000_001n,
      key_metadata: Buffer.from('key'),
    });
  });

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'version 1',
      'TABLE_FORMAT',
      (text) => text.replace('"format-version":2', '"format-version":1'),
      /format-version is not 2/,
    ],
    [
      'version 3',
      'TABLE_FORMAT',
      (text) => text.replace('"format-version":2', '"format-version":3'),
      /format-version is not 2/,
    ],
    ['half a file', 'TABLE_FORMAT', (text) => text.slice(0, 100), /version 4 is not JSON/],
    [
      'another place',
      'TABLE_FORMAT',
      (text) => text.replaceAll('place', 'elsewhere'),
      /moved tables cannot be continued/,
    ],
    [
      'partitions',
      'TABLE_CONFLICT',
      (text) =>
        text.replace(
          '"spec-id":0,"fields":[]',
          '"spec-id":0,"fields":[{"name":"day","source-id":40,"field-id":1000,"transform":"bucket[16]"}]',
        ),
      /no partitions, and the table is partitioned by "bucket\[16\]\(id\)"/,
    ],
    [
      'no schema',
      'TABLE_FORMAT',
      (text) => text.replace('"current-schema-id":3', '"current-schema-id":9'),
      /current schema is not/,
    ],
  ])('is refused: %s', async (_, code, change, message) => {
    const { files } = await theirs(change);
    const planned = async () => (await open(files)).plan(whole([column('id')]));
    await expect(planned()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each(['00001-8f.metadata.json', 'v5.gz.metadata.json', 'v5.metadata.json.gz'])(
    'is refused beside %s',
    async (name) => {
      const { files, write } = await theirs();
      await write(`metadata/${name}`, '{}');
      await expect(open(files)).rejects.toThrow('kept by a catalog, or its metadata is packed');
    },
  );

  test('goes on beside the hidden checksums of Hadoop, and drops the one of its own hint', async () => {
    const table = await theirs();
    for (const name of ['.v4.metadata.json.crc', '.version-hint.text.crc'])
      await table.write(`metadata/${name}`, 'crc');
    await append(table, 'a', [column('id')]);
    const names = await table.files.listNames('metadata');
    expect(names).toContain('.v4.metadata.json.crc');
    expect(names).not.toContain('.version-hint.text.crc');
    expect(await table.read('metadata/version-hint.text')).toBe('5');
  });

  test('is refused where only the hint is left', async () => {
    const { files, write } = await emptyTable();
    await write('metadata/version-hint.text', '4');
    await expect(open(files)).rejects.toThrow('it holds no version that can be read');
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'a list elsewhere',
      (text) => text.replace('ranks/metadata/snap', 'other/metadata/snap'),
      /is not in the folder of the table/,
    ],
    [
      'a list above',
      (text) => text.replace('metadata/snap', 'x/../../metadata/snap'),
      /is not in the folder of the table/,
    ],
    ['a list that is gone', (text) => text.replace('snap-theirs', 'snap-gone'), /snap-gone.avro" is missing/],
    [
      'a list that is none',
      (text) => text.replace('snap-theirs.avro', 'v4.metadata.json'),
      /does not begin like an Avro file/,
    ],
    [
      'a snapshot that is gone',
      (text) => text.replace('"current-snapshot-id":8', '"current-snapshot-id":7'),
      /is not in it/,
    ],
  ])('is not continued with %s', async (_, change, message) => {
    const table = await theirs(change);
    const opened = await open(table.files);
    await expect(opened.append(changeOf('a', opened.plan(whole([column('id')]))))).rejects.toThrow(message);
    expect(await table.files.loadText(metadata(5))).toBeNull();
  });
});
