import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { type VerifyReport, verifyExport } from '../../src/verify-export.js';
import { graphOf, readManifest, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { toArrayBuffer } from '../sinks/read-back.js';
import { recordAnew } from './record-anew.js';

let finished = '';

beforeAll(async () => {
  finished = await mkdtemp(join(tmpdir(), 'ges-export-'));
  const simulator = await startSimulator();
  const graph = graphOf(simulator);
  await graph.export('pagerank', join(finished, 'csv'), '--rows-per-file', '100', '--page-size', '100');
  await graph.export('vertices', join(finished, 'parquet'), '--format', 'parquet', '--page-size', '100');
  await graph.export('vertices', join(finished, 'ndjson'), '--format', 'ndjson', '--compression', 'gzip');
  await simulator.close();
});
afterAll(() => rm(finished, { recursive: true, force: true }));

async function damaged(kind: string, folder: string): Promise<string> {
  const out = join(folder, 'out');
  await cp(join(finished, kind), out, { recursive: true });
  return out;
}

async function report(out: string, ...args: readonly string[]) {
  const result = await runCommand(['verify', out, '--json', ...args]);
  const read = JSON.parse(result.stdout.toString()) as VerifyReport;
  return { exitCode: result.exitCode, read, seen: read.disagreements.map(({ kind, path }) => [kind, path]) };
}

type Table = Manifest['tables'][number];

function lastOf({ files }: Table): Table['files'][number] {
  const last = files.at(-1);
  if (last === undefined) throw new Error('no file');
  return last;
}

/** Manifests are read only for the program, not for one who forges them. */
function countOn<Name extends string>(counts: Readonly<Record<Name, number>>, name: Name, by: number): void {
  Object.assign(counts, { [name]: counts[name] + by });
}

test('every disagreement of an export is named at once, with its kind and file', async ({ folder }) => {
  const out = await damaged('csv', folder);
  const part = (number: number) => join(out, 'pagerank', `part-0000${number}.csv`);
  await rm(join(out, '_SUCCESS'));
  const text = await readFile(part(0), 'latin1');
  await writeFile(part(0), text.replace('ATL', 'ATK'), 'latin1');
  await appendFile(part(1), 'XXX,0.5\n');
  await rename(part(2), join(out, 'elsewhere.csv'));
  await symlink(join(out, 'elsewhere.csv'), part(2));
  await rm(part(3));
  await writeFile(join(out, 'pagerank', 'part-00009.csv'), 'vertex_id,pagerank\n');
  await writeFile(join(out, 'pagerank', '.part-00004.csv.open'), '');

  const { exitCode, read, seen } = await report(out);
  expect(exitCode).toBe(5);
  expect(seen).toEqual([
    ['missing', '_SUCCESS'],
    ['hash', 'pagerank/part-00000.csv'],
    ['size', 'pagerank/part-00001.csv'],
    ['missing', 'pagerank/part-00002.csv'],
    ['missing', 'pagerank/part-00003.csv'],
    ['unnamed', 'pagerank/.part-00004.csv.open'],
    ['unnamed', 'pagerank/part-00009.csv'],
  ]);
  expect(read).toMatchObject({ jobId: 'pagerank', records: 305, rows: 0, files: 0, bytes: 0 });

  const plain = await runCommand(['verify', out]);
  const lines = plain.stderr.split('\n').slice(0, -1);
  expect(lines.slice(0, -1)).toEqual(read.disagreements.map(({ message }) => message));
  expect(lines.at(-1)).toMatch(/^ges-export: 7 disagreements in ".*", the first: .*\. Export again$/);
  await expect(verifyExport(out)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    details: { disagreements: read.disagreements },
  });
});

test('a folder among the part files is not named either', async ({ folder }) => {
  const out = await damaged('csv', folder);
  await mkdir(join(out, 'pagerank', 'more'));
  expect((await report(out)).seen).toEqual([['unnamed', 'pagerank/more']]);
});

test('a manifest that names files elsewhere is not followed', async ({ folder }) => {
  const out = await damaged('csv', folder);
  await writeFile(join(folder, 'part-00000.csv'), 'vertex_id,pagerank\n');
  const manifest = await readManifest(out);
  const [first] = manifest.tables[0]?.files ?? [];
  if (first === undefined) throw new Error('no file');
  for (const path of ['../part-00000.csv', 'a/../../part-00000.csv', join(folder, 'part-00000.csv')]) {
    first.path = path;
    await writeFile(join(out, 'manifest.json'), JSON.stringify(manifest));
    const { exitCode, seen } = await report(out, '--read-data');
    expect([exitCode, seen]).toEqual([
      5,
      [
        ['manifest', path],
        ['unnamed', 'pagerank/part-00000.csv'],
      ],
    ]);
  }
});

// Each count below is changed together with all that would give it away, but for one.

test.for<[string, (table: Table, manifest: Manifest) => void, readonly [string, string | null, RegExp]]>([
  [
    'one row more in a file, its table and the sums',
    (table, manifest) => {
      countOn(lastOf(table), 'rows', 1);
      countOn(table, 'rows', 1);
      countOn(manifest.completeness, 'rowsDecoded', 1);
      countOn(manifest.completeness, 'rowsInFiles', 1);
    },
    ['rows', 'pagerank/part-00003.csv', /part-00003\.csv" has 5 rows, not 6$/],
  ],
  [
    'one row more in a table and the sums',
    (table, manifest) => {
      countOn(table, 'rows', 1);
      countOn(manifest.completeness, 'rowsDecoded', 1);
      countOn(manifest.completeness, 'rowsInFiles', 1);
    },
    ['rows', null, /^Table "pagerank" has 305 rows in its files, not 306$/],
  ],
  [
    'a last record that no file has',
    (_, manifest) => {
      countOn(manifest, 'total', 1);
      countOn(manifest.completeness, 'recordsRead', 1);
      countOn(manifest.completeness, 'recordsDeclared', 1);
    },
    ['tiling', null, /^The files of table "pagerank" end at offset 305, not at 306$/],
  ],
])('%s is found', async ([, change, [kind, path, message]], { folder }) => {
  const out = await damaged('csv', folder);
  const manifest = await readManifest(out);
  const [table] = manifest.tables;
  if (table === undefined) throw new Error('no table');
  change(table, manifest);
  await writeFile(join(out, 'manifest.json'), JSON.stringify(manifest));
  const { exitCode, read } = await report(out);
  expect([exitCode, read.disagreements]).toEqual([
    5,
    [{ kind, path, message: expect.stringMatching(message) }],
  ]);
});

// The files below keep their recorded size, hash and rows: only a closer look finds what is wrong with them.

test.for<[string, string, (text: string) => string, RegExp]>([
  [
    'a renamed column of CSV',
    'csv',
    (text) => text.replace('vertex_id,', 'vertexid,'),
    /part-00000\.csv" has the columns \["vertexid","pagerank"\], not \["vertex_id","pagerank"\]$/,
  ],
  [
    'a header of other line ends',
    'csv',
    (text) => text.replaceAll('\n', '\r\n'),
    /part-00000\.csv" has a cell that ends with neither the delimiter nor the line end .*, in the header$/,
  ],
])('%s is found without reading the cells', async ([, kind, edit, message], { folder }) => {
  const out = await damaged(kind, folder);
  await recordAnew(out, 'pagerank/part-00000.csv', (bytes) => Buffer.from(edit(bytes.toString())));
  const { exitCode, read } = await report(out);
  expect([exitCode, read.disagreements]).toEqual([
    5,
    [{ kind: 'schema', path: 'pagerank/part-00000.csv', message: expect.stringMatching(message) }],
  ]);
});

test('so is a column that changed places in NDJSON', async ({ folder }) => {
  const out = await damaged('ndjson', folder);
  const path = 'vertices/part-00000.ndjson.gz';
  await recordAnew(out, path, (text) =>
    Buffer.from(text.toString().replace(/^\{("id":[^,]*),("label":[^,]*),/, '{$2,$1,')),
  );
  const { exitCode, read } = await report(out);
  expect([exitCode, read.disagreements]).toEqual([
    5,
    [
      {
        kind: 'schema',
        path,
        message: expect.stringMatching(/has the keys \["label","id",.*not those of its table$/),
      },
    ],
  ]);
});

test('so is a column of another type or name in a Parquet footer', async ({ folder }) => {
  const out = await damaged('parquet', folder);
  const manifest = await readManifest(out);
  const columns = manifest.tables[0]?.columns ?? [];
  const path = 'vertices/part-00000.parquet';
  const columnOf = (name: string) => columns.find((column) => column.name === name) ?? columns[0];
  const cases: [() => void, RegExp][] = [
    [
      () => Object.assign(columnOf('id') ?? {}, { nullable: false }),
      /has OPTIONAL BYTE_ARRAY \(STRING\) in column "id", not REQUIRED BYTE_ARRAY \(STRING\) \(string\)$/,
    ],
    [
      () => Object.assign(columnOf('id') ?? {}, { nullable: true, type: 'json' }),
      /in column "id", not OPTIONAL BYTE_ARRAY \(JSON\) \(json\)$/,
    ],
    [
      () => Object.assign(columnOf('id') ?? {}, { type: 'list<string>' }),
      /in column "id", not OPTIONAL LIST of OPTIONAL BYTE_ARRAY \(STRING\) \(list<string>\)$/,
    ],
    [() => Object.assign(columnOf('id') ?? {}, { type: 'string', name: 'ID' }), /has the columns \["id",/],
  ];
  for (const [change, message] of cases) {
    change();
    await writeFile(join(out, 'manifest.json'), JSON.stringify(manifest));
    const { exitCode, read } = await report(out);
    expect([exitCode, read.disagreements]).toEqual([
      5,
      [{ kind: 'schema', path, message: expect.stringMatching(message) }],
    ]);
  }
});

test('--read-data finds cells that are not of their type, and counts nulls', async ({ folder }) => {
  const out = await damaged('csv', folder);
  const whole = await report(out, '--read-data');
  expect(whole).toMatchObject({
    exitCode: 0,
    read: { data: { cells: 610, nulls: { pagerank: { vertex_id: 0, pagerank: 0 } } } },
  });
  const path = 'pagerank/part-00001.csv';
  await recordAnew(out, path, (bytes) => {
    const lines = bytes.toString().split('\n');
    lines[1] = 'A,high';
    lines[2] = 'B';
    lines[3] = 'C,';
    lines[4] = ',0.5';
    for (let line = 5; line < 12; line++) lines[line] = 'D,true';
    return Buffer.from(lines.join('\n'));
  });
  expect((await report(out)).exitCode).toBe(0);
  const { exitCode, read } = await report(out, '--read-data');
  expect(exitCode).toBe(5);
  expect(read.disagreements.map(({ kind, message }) => [kind, message])).toEqual(
    [
      'row 1, column "pagerank": expected double, got high',
      'row 2, has 1 cells, not 2',
      'row 4, column "vertex_id": expected string, got null',
      'row 5, column "pagerank": expected double, got true',
      'row 6, column "pagerank": expected double, got true',
      'has 5 more such rows',
    ].map((problem) => ['data', `"${path}" ${problem}`]),
  );
  expect(read.data?.nulls).toEqual({ pagerank: { vertex_id: 1, pagerank: 1 } });
});

test('--read-data finds a Parquet page that does not unpack, and statistics that would hide rows', async ({
  folder,
}) => {
  const path = 'vertices/part-00000.parquet';
  const out = await damaged('parquet', folder);
  expect((await report(out, '--read-data')).exitCode).toBe(0);
  const original = await readFile(join(out, path));
  await recordAnew(out, path, (bytes) => {
    bytes.fill(0xff, 60, 90);
    return bytes;
  });
  const broken = await report(out, '--read-data');
  expect(broken.exitCode).toBe(5);
  expect(broken.seen).toEqual([['data', path]]);

  // The greatest id of the first row group, as its statistics hold it at the end of the file.
  const metadata = parquetMetadata(toArrayBuffer(original));
  const greatest = String(metadata.row_groups[0]?.columns[0]?.meta_data?.statistics?.max_value);
  const footer = original.length - metadata.metadata_length - 8;
  await recordAnew(out, path, () => {
    const bytes = Buffer.from(original);
    const at = bytes.indexOf(greatest, footer);
    expect(at, 'where the statistics hold the id').toBeGreaterThan(footer);
    bytes[at] = 0x21;
    return bytes;
  });
  const lying = await report(out, '--read-data');
  expect(lying.exitCode).toBe(5);
  expect(lying.read.disagreements[0]?.message).toMatch(
    /row group \d, column "id": it holds a value (above the maximum|below the minimum) in its statistics$/,
  );
});
