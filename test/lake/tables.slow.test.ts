import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { TABLE_FORMATS } from '../../src/model.js';
import { failureOf, hashTree, test } from '../cli/export-test.js';
import { startCommand } from '../cli/run-command.js';
import { serveHostile, servingRecords } from '../hostile/hostile-server.js';
import { asTable, commitsOf, namesIn } from './lake-test.js';

const parquetFiles = (path: string) => path.endsWith('.parquet');

describe.each(TABLE_FORMATS)('--table-format %s', (format) => {
  test('gathers exports in tables, each as one commit, however often its command is run', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph();
    const run = (job: string) => graph.run('export', job, '--out', folder, ...asTable(format));
    const first = await run('filtered-query');
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toMatch(
      /Committed table vertices as version [01] .*\nCommitted table paths as version [01] /,
    );
    const before = await hashTree(folder, parquetFiles);
    const second = await run('pagerank');
    const again = await run('filtered-query');
    expect(again.stderr).toMatch(/^Already complete: .*\n$/);
    expect(await hashTree(folder, (path) => path in before)).toEqual(before);
    expect(await commitsOf(folder, 'vertices', format)).toHaveLength(1);
    expect(second.exitCode, second.stderr).toBe(0);

    const ids = await namesIn(join(folder, '_exports'));
    expect(ids).toHaveLength(2);
    const verified = await graph.run('verify', folder, '--read-data');
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(String(verified.stdout).trim().split('\n')).toHaveLength(2);
    for (const id of ids) {
      const collected = await graph.run('gc', join(folder, '_exports', id), '--yes');
      expect(String(collected.stdout)).toBe('Removed: nothing\n');
    }
  });

  test('keeps its partitions: the same job of another day is another commit, other partitions are refused', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph();
    const run = (day: string, ...options: string[]) =>
      graph.run(
        ...['export', 'synthetic-vertices-300', '--out', folder, ...asTable(format)],
        ...[`day=${day}`, ...options]
          .filter((one) => one !== 'day=')
          .flatMap((one) => ['--partition-by', one]),
      );
    for (const day of ['2026-11-22', '2026-11-23']) {
      const first = await run(day, 'city');
      expect(first.exitCode, first.stderr).toBe(0);
      expect((await run(day, 'city')).stderr).toMatch(/^Already complete: .*\n$/);
    }
    const ids = await commitsOf(folder, 'vertices', format);
    expect(new Set(ids).size).toBe(2);
    const before = await hashTree(folder);
    const refused = (has: string) => ({
      exitCode: 2,
      line: expect.stringMatching(
        new RegExp(
          `^Table ".*vertices" does not take this export: the export has ${has}, and the table is partitioned by "day", "city"\\.`,
        ),
      ),
    });
    expect(failureOf(await run(''))).toEqual(refused('no partitions'));
    expect(failureOf(await run('2026-11-22', 'label')).line).toMatch(/with another partitionBy/);
    expect(await hashTree(folder)).toEqual(before);
    const verified = await graph.run('verify', folder, '--read-data');
    expect(verified.exitCode, verified.stderr).toBe(0);
    const loaded = await graph.run(
      'load',
      'duckdb',
      join(folder, '_exports', ids[0] ?? ''),
      join(folder, 'd.duckdb'),
    );
    expect(loaded.stderr).toMatch(/300 rows/);
  });

  test('a submit that its tables would refuse is not sent', async ({ folder, openGraph }) => {
    const graph = await openGraph();
    const submit = async (out: string, name: (typeof TABLE_FORMATS)[number]) => {
      const result = await graph.run('submit', 'pagerank', '--export', out, '--quiet', ...asTable(name));
      return { ...failureOf(result), stdout: String(result.stdout) };
    };
    const other = format === 'delta' ? 'iceberg' : 'delta';
    const tables = join(folder, 'tables');
    const alone = join(folder, 'alone');
    await graph.run('export', 'pagerank', '--out', tables, ...asTable(other));
    await graph.run('export', 'pagerank', '--out', alone);
    const [id = ''] = await namesIn(join(tables, '_exports'));
    const count = async () => String((await graph.run('jobs', 'list', '--json')).stdout).split('\n').length;
    const jobs = await count();
    const refused = (line: RegExp) => ({ exitCode: 2, line: expect.stringMatching(line), stdout: '' });
    expect(await submit(tables, format)).toEqual(refused(/pagerank" is a table of .* already/));
    expect(await submit(alone, format)).toEqual(refused(/holds an export of another job/));
    expect(await submit(join(tables, '_exports', id), format)).toEqual(refused(/takes the folder above/));
    expect(await count()).toBe(jobs);
    const taken = await graph.run('submit', 'pagerank', '--export', tables, ...asTable(other));
    expect(taken.exitCode, taken.stderr).toBe(0);
    expect(await commitsOf(tables, 'pagerank', other)).toHaveLength(2);
  });

  test('commits what was finished and never committed; a table that is gone is made anew', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph();
    const run = () => graph.run('export', 'pagerank', '--out', folder, ...asTable(format));
    expect((await run()).exitCode).toBe(0);
    const [id = ''] = await commitsOf(folder, 'pagerank', format);
    const log = join(folder, 'pagerank', format === 'delta' ? '_delta_log' : 'metadata');
    await rm(log, { recursive: true });
    await rm(join(folder, '_exports', id, '_SUCCESS'));
    for (const isSealed of [false, true]) {
      const again = await run();
      expect(again.stderr).toMatch(/^Committed table pagerank .*\nAlready complete: /);
      expect(await commitsOf(folder, 'pagerank', format)).toEqual([id]);
      expect(await namesIn(join(folder, '_exports', id))).toContain('_SUCCESS');
      if (!isSealed) await rm(log, { recursive: true });
    }
    expect((await run()).stderr).toMatch(/^Already complete: /);
  });

  test('refuses other columns before the first page is read, and takes nullable ones', async ({ folder }) => {
    const exportOf = async (job: string, list: string, records: readonly string[]) => {
      const { env, seen } = await serveHostile(servingRecords(list, records));
      const args = ['export', job, '--out', folder, ...asTable(format)];
      return { ...(await startCommand(args, { env }).ended), seen };
    };
    const vertex = (id: string, properties: object) => JSON.stringify({ id, label: 'v', properties });
    const first = await exportOf('one', 'vertices', [vertex('a', { n: [1] }), vertex('b', {})]);
    expect(first.exitCode, first.stderr).toBe(0);
    const before = await hashTree(folder);
    const other = await exportOf('two', 'vertices', [vertex('a', { n: ['text'] })]);
    expect(failureOf(other)).toEqual({
      exitCode: 2,
      line: expect.stringMatching(
        /^Table ".*vertices" does not take this export: the export has column "n" as string, and the table has it as long\./,
      ),
    });
    const added = Object.keys(await hashTree(folder)).filter((path) => !(path in before));
    expect(added).toEqual([]);
    const wider = await exportOf('three', 'vertices', [vertex('a', { m: [true, false] })]);
    expect(wider.exitCode, wider.stderr).toBe(0);
    expect(await commitsOf(folder, 'vertices', format)).toHaveLength(2);
  });

  test('--force makes an export anew until a table holds it', async ({ folder, openGraph }) => {
    const graph = await openGraph();
    const run = (...args: string[]) =>
      graph.run('export', 'pagerank', '--out', folder, ...asTable(format), ...args);
    expect((await run('--force')).exitCode).toBe(0);
    const before = await hashTree(folder);
    expect(failureOf(await run('--force'))).toEqual({
      exitCode: 2,
      line: expect.stringMatching(
        /^Table ".*pagerank" holds the rows of job "pagerank" already: --force cannot take them out\./,
      ),
    });
    expect(await hashTree(folder)).toEqual(before);
  });

  test('two exports into one table at the same time are two commits', async ({ folder, openGraph }) => {
    const graph = await openGraph();
    const jobs = ['synthetic-vertices-1000', 'synthetic-vertices-1001', 'synthetic-vertices-1002'];
    const results = await Promise.all(
      jobs.map((job) => graph.run('export', job, '--out', folder, ...asTable(format))),
    );
    for (const { exitCode, stderr } of results) expect(exitCode, stderr).toBe(0);
    const ids = await namesIn(join(folder, '_exports'));
    expect([...(await commitsOf(folder, 'vertices', format))].sort()).toEqual([...ids].sort());
    expect(ids).toHaveLength(3);
  });

  test('a place of the other format, or of an export that stands alone, is refused; so is the reverse', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph();
    const other = format === 'delta' ? 'iceberg' : 'delta';
    const run = async (...args: string[]) => failureOf(await graph.run('export', ...args)).line;
    const [gathered, plain] = [join(folder, 'gathered'), join(folder, 'plain')];
    await graph.run('export', 'pagerank', '--out', gathered, ...asTable(other));
    expect(
      await run('pagerank-results', '--out', plain, '--format', 'csv', '--table-format', format),
    ).toMatch(/^--table-format needs --format parquet/);
    await graph.export('pagerank', plain);
    expect(await run('vertices', '--out', plain, ...asTable(format))).toMatch(
      /holds an export of another job/,
    );
    expect(await run('vertices', '--out', gathered)).toMatch(
      /gathers exports in tables: give --table-format/,
    );
    const [id = ''] = await namesIn(join(gathered, '_exports'));
    for (const options of [[], asTable(format)])
      expect(await run('vertices', '--out', join(gathered, '_exports', id), ...options)).toMatch(
        /--out takes the folder above/,
      );
    await graph.run('export', 'hyg-pagerank', '--out', gathered, ...asTable(other));
    expect(await run('hyg-pagerank', '--out', gathered, ...asTable(format))).toMatch(
      /holds a finished export of job|is a table of (Iceberg|Delta Lake) already/,
    );
  });

  test('an export that stopped goes on into the same table', async ({ folder, openGraph }) => {
    const graph = await openGraph({ latencyMs: 100 });
    const args = [
      'export',
      'synthetic-vertices-20000',
      '--out',
      folder,
      '--page-size',
      '100',
      ...asTable(format),
    ];
    const stopped = await graph.run(...args, '--max-duration', '2s');
    expect(stopped.exitCode, stopped.stderr).toBe(3);
    expect(await commitsOf(folder, 'vertices', format)).toEqual([]);
    const ended = await graph.run(...args);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(await commitsOf(folder, 'vertices', format)).toHaveLength(1);
    expect((await graph.run('verify', folder)).exitCode).toBe(0);
  });
});

test('a configuration file names the table format', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const config = join(folder, 'config.yaml');
  await writeFile(config, 'tableFormat: delta\nformat: parquet\n');
  const result = await graph.run('export', 'pagerank', '--out', join(folder, 'out'), '--config', config);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(await commitsOf(join(folder, 'out'), 'pagerank', 'delta')).toHaveLength(1);
  expect(failureOf(await graph.run('export', 'pagerank', '--out', '-', ...asTable('delta'))).exitCode).toBe(
    2,
  );
});

test('a manifest leads nowhere but to the files of its own place', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  await graph.run('export', 'pagerank', '--out', out, ...asTable('delta'));
  const [id = ''] = await namesIn(join(out, '_exports'));
  const documents = join(out, '_exports', id);
  const manifest = await readFile(join(documents, 'manifest.json'), 'utf8');
  await mkdir(join(folder, id));
  await cp(join(out, 'pagerank', id), join(folder, id), { recursive: true });
  for (const path of [`../${id}`, `../../${id}`, '/etc', `..`, `pagerank/../../${id}`]) {
    await writeFile(join(documents, 'manifest.json'), manifest.replaceAll(`pagerank/${id}`, path));
    expect(failureOf(await graph.run('verify', documents)).line, path).toMatch(/which is no part file/);
    await graph.run('gc', documents, '--yes', '--older-than', '0s');
    expect(await namesIn(join(folder, id))).toHaveLength(1);
  }
  await writeFile(
    join(documents, 'manifest.json'),
    manifest.replace('"root": "../.."', '"root": "../../.."'),
  );
  expect(failureOf(await graph.run('verify', documents)).line).toMatch(
    /is not a manifest of this version \(root/,
  );
  await writeFile(join(documents, 'manifest.json'), manifest);
  await rename(documents, join(folder, 'moved'));
  expect(failureOf(await graph.run('verify', join(folder, 'moved'))).line).toMatch(
    /it was moved here from where its files are/,
  );
});

test('ddl and load take the documents of one export', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.run('export', 'pagerank', '--out', folder, ...asTable('iceberg'));
  const [id = ''] = await namesIn(join(folder, '_exports'));
  const documents = join(folder, '_exports', id);
  const ddl = await graph.run('ddl', documents, '--for', 'duckdb');
  expect(ddl.exitCode, ddl.stderr).toBe(0);
  expect(String(ddl.stdout)).toContain(`'${join(folder, 'pagerank', id, 'part-00000.parquet')}'`);
  const database = join(folder, 'ranks.duckdb');
  const loaded = await graph.run('load', 'duckdb', documents, database);
  expect(loaded.stderr).toMatch(/305 rows/);
  const both = await graph.run(
    'export',
    'pagerank',
    '--out',
    folder,
    ...asTable('iceberg'),
    '--load',
    `duckdb:${database}`,
  );
  expect(both.stderr).toMatch(/Already loaded/);
});
