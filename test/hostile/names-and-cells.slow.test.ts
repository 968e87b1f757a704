import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { readManifest, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { readParquet } from '../sinks/read-back.js';
import { pathsBelow, serveHostile, servingRecords } from './hostile-server.js';

const HOSTILE_NAMES = [
  '../../escaped',
  '..',
  '.',
  '/etc/passwd',
  'C:\\Windows\\x',
  '\\\\server\\share',
  'a/b',
  'con',
  'NUL',
  'com1',
  'aux.csv',
  'x'.repeat(300),
  '名'.repeat(300),
  '',
  ' ',
  '_SUCCESS',
  'manifest.json',
  '.ges-export',
  '__proto__',
  'constructor',
  'toString',
  'a\nb',
  'a\0b',
  'a\u202Eb',
  '\u001b[31m',
  '-rf',
  '~',
  '$HOME',
  '%00',
];

test('no name of a table leaves the output folder, or hides in it', async ({ folder }) => {
  const { env } = await serveHostile((_, response) => {
    const members = HOSTILE_NAMES.map((name) => `${JSON.stringify(name)}:[{"a":0.5}]`);
    const sizes = '"data_offset":0,"data_return_size":1,"data_total_size":1';
    response.end(`{"data":{"outputs":{${members.join()},${sizes}}},"status":"success"}`);
  });
  const out = join(folder, 'out');
  const result = await runCommand(['export', 'job', '--out', out, '--quiet'], { env });
  expect([result.exitCode, result.stderr]).toEqual([0, '']);
  const { tables } = await readManifest(out);
  expect(tables.map(({ name }) => name)).toEqual(HOSTILE_NAMES);
  const paths = tables.map(({ files }) => files[0]?.path ?? '');
  const folders = paths.map((path) => path.split('/')[0] ?? '');
  for (const [index, tableFolder] of folders.entries()) {
    expect(paths[index]).toBe(`${tableFolder}/part-00000.csv`);
    expect(tableFolder).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,79}$/u);
    expect(tableFolder).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
    expect(Buffer.byteLength(tableFolder)).toBeLessThan(256);
  }
  expect(await pathsBelow(folder)).toEqual(
    ['', '/.ges-export', '/_SUCCESS', '/manifest.json', ...[...folders, ...paths].map((path) => `/${path}`)]
      .map((path) => `out${path}`)
      .sort(),
  );
  expect((await runCommand(['verify', out, '--read-data'])).exitCode).toBe(0);
});

test('tables whose names differ only in case, or not even to a disk, have folders of their own', async ({
  folder,
}) => {
  const lists = ['Hubs', 'hubs', 'HUBS', 'h\u00fcbs', 'hu\u0308bs'];
  const { env } = await serveHostile((_, response) => {
    const members = lists.map((name, index) => `${JSON.stringify(name)}:[{"a":${index}.5}]`);
    const sizes = '"data_offset":0,"data_return_size":1,"data_total_size":1';
    response.end(`{"data":{"outputs":{${members.join()},${sizes}}},"status":"success"}`);
  });
  const result = await runCommand(['export', 'job', '--out', folder], { env });
  expect(result.exitCode, result.stderr).toBe(0);
  const { tables } = await readManifest(folder);
  expect(tables.map(({ name }) => name)).toEqual(lists);
  const folders = tables.map(({ files }) => files[0]?.path.split('/')[0]?.normalize('NFC').toLowerCase());
  expect(new Set(folders).size).toBe(lists.length);
  for (const [index, { files }] of tables.entries())
    expect(await readFile(join(folder, files[0]?.path ?? ''), 'utf8')).toContain(`a,${index}.5\n`);
});

const HOSTILE_TEXTS = [
  '',
  ',',
  ';',
  '"',
  '""',
  "'",
  '\n',
  '\r\n',
  '\r',
  '\t',
  'a,b\n"c"',
  '\0',
  '\u0001',
  '\u202Eevil',
  '\u200B',
  '\uFEFF',
  '\u2028',
  '=cmd|"/C calc"!A0',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  'NULL',
  'null',
  '\\N',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '../../x',
  '\u001b]0;x\u0007',
  '😀',
  'é',
  'x'.repeat(70_000),
];

/** What the files must give back: ids, labels and a property that is named like nothing should be. */
const RECORDS = HOSTILE_TEXTS.map((text, index) => ({
  id: `${index}${text}`,
  label: text,
  value: text,
}));
const VERTICES = RECORDS.map(
  ({ id, label, value }) =>
    `{"id":${JSON.stringify(id)},"label":${JSON.stringify(label)},"properties":{"__proto__":[${JSON.stringify(value)}],"constructor":["${value === '' ? '' : 'c'}"]}}`,
);
const EXPECTED = RECORDS.map(({ id, label, value }) => [id, label, value, value === '' ? '' : 'c']);
const COLUMNS = ['id', 'label', '__proto__', 'constructor', '_overflow'];

test.for(['csv', 'ndjson', 'parquet'])(
  'separators, quotes, marks and dangerous keys come back from %s as they were',
  async (format, { folder }) => {
    const { env } = await serveHostile(servingRecords('vertices', VERTICES));
    const result = await runCommand(['export', 'job', '--out', folder, '--format', format], { env });
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stderr).not.toMatch(/[^\P{C}\n]/u);
    const path = join(folder, `vertices/part-00000.${format}`);
    expect((await readManifest(folder)).tables[0]?.columns.map(({ name }) => name)).toEqual(COLUMNS);
    if (format === 'csv') {
      const [header, ...rows] = parse(await readFile(path), { relax_quotes: false }) as string[][];
      expect(header).toEqual(COLUMNS);
      expect(rows.map((row) => row.slice(0, 4))).toEqual(EXPECTED);
    } else if (format === 'ndjson') {
      const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
      const rows = lines.map((line) => new Map(Object.entries(JSON.parse(line) as Record<string, unknown>)));
      expect(rows.map((row) => COLUMNS.slice(0, 4).map((name) => row.get(name)))).toEqual(EXPECTED);
    } else {
      const { names, rows } = await readParquet(await readFile(path));
      expect(names).toEqual(COLUMNS);
      expect(rows.map((row) => row.slice(0, 4))).toEqual(EXPECTED);
    }
    const verified = await runCommand(['verify', folder, '--read-data', '--remote', '1'], { env });
    expect(verified.exitCode, verified.stderr).toBe(0);
  },
);

test.for(['csv', 'ndjson', 'parquet'])(
  'columns whose names some reader takes for the same one are told apart in %s',
  async (format, { folder }) => {
    const names = ['name', '\\uFEFFname', '\\ud800', '\\ud801'];
    const records = [0, 1, 2].map((row) => {
      const properties = names.map((name, column) => `"${name}":["${row}.${column}"]`);
      return `{"id":"v${row}","label":"l","properties":{${properties.join()}}}`;
    });
    const { env } = await serveHostile(servingRecords('vertices', records));
    const result = await runCommand(['export', 'job', '--out', folder, '--format', format], { env });
    expect(result.exitCode, result.stderr).toBe(0);
    const verified = await runCommand(['verify', folder, '--read-data', '--remote', '1'], { env });
    expect(verified.exitCode, verified.stderr).toBe(0);
  },
);

test('with --escape-formulas no cell begins a formula', async ({ folder }) => {
  const { env } = await serveHostile(servingRecords('vertices', VERTICES));
  const result = await runCommand(['export', 'job', '--out', folder, '--escape-formulas'], { env });
  expect(result.exitCode, result.stderr).toBe(0);
  const cells = (parse(await readFile(join(folder, 'vertices/part-00000.csv'))) as string[][]).flat();
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  expect(cells.filter((cell) => cell.startsWith("'=")).length).toBeGreaterThan(0);
});

test('what a terminal would obey reaches no terminal', async () => {
  const { env } = await serveHostile(servingRecords('a\u001b[2J\u202Eb\nc', ['{"\u001b]0;x\\u0007":0.5}']));
  for (const args of [
    ['inspect', 'job'],
    ['jobs', 'list'],
  ]) {
    const { stdout, stderr } = await runCommand(args, { env });
    expect(`${stdout.toString()}${stderr}`).not.toMatch(/[^\P{C}\n\t]/u);
  }
});

test.for([
  '{"errorCode":"GES.8000","errorMessage":"a\\u001b[2J\\u202Eb\\u0007"}',
  '{"data":{},"status":"run\\u001b[2J\\u009bning"}',
])('nor does what a server says of itself: %j', async (body, { folder }) => {
  const { env } = await serveHostile((_, response) => response.end(body));
  const { exitCode, stderr } = await runCommand(['export', 'job', '--out', folder, '--wait', '0'], { env });
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/\[2J/);
  expect(stderr).not.toMatch(/[^\P{C}\n\t]/u);
});
