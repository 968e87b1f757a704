import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { failureOf, type Graph, test } from './export-test.js';
import { COMMAND } from './run-command.js';

type Entry = Record<string, unknown>;

async function listed(graph: Graph): Promise<Entry[]> {
  const { exitCode, stdout, stderr } = await graph.run('jobs', 'list', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
}

const find = (entries: readonly Entry[], jobId: string) => entries.find((entry) => entry['jobId'] === jobId);

test('the list of the memory edition, as lines and as JSON', async ({ openGraph }) => {
  const graph = await openGraph();
  const entries = await listed(graph);
  expect(find(entries, 'louvain')).toMatchObject({
    status: 'success',
    state: 'done',
    taskType: 'Algorithm',
    algorithm: 'louvain',
    canStop: false,
    progress: 100,
    failReason: null,
    request: null,
  });
  expect(find(entries, 'pending-forever')).toMatchObject({
    state: 'pending',
    startTime: null,
    canStop: true,
  });
  expect(find(entries, 'import-partial')).toMatchObject({ taskType: 'ImportGraph', state: 'partial' });
  const { stdout } = await graph.run('jobs', 'list');
  const lines = stdout.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(entries.length);
  expect(lines).toContainEqual(
    expect.stringMatching(/^failed\tfailed\tpagerank\t[\d: -]+\tRunning algorithm /),
  );
});

test.for(['database', 'database-2021'] as const)(
  'the list of the %s edition',
  async (edition, { openGraph }) => {
    const graph = await openGraph({ edition });
    const entries = await listed(graph);
    expect(find(entries, 'louvain')).toMatchObject({
      status: edition === 'database' ? 'success' : 'complete',
      state: 'done',
      taskType: 'execute_algorithm',
      algorithm: 'louvain',
      progress: null,
      request: { command: 'execute_algorithm', body: { algorithmName: 'louvain', parameters: {} } },
    });
    expect(entries).toHaveLength((await listed(await openGraph())).length);
  },
);

test.for(['csv', 'ndjson', 'parquet'])(
  '--export writes the list as %s, with everything an export has',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph({ listedJobs: 7 });
    const entries = await listed(graph);
    const out = join(folder, 'jobs');
    const { exitCode } = await graph.run('jobs', 'list', '--export', out, '--format', format);
    expect(exitCode).toBe(0);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      job: { id: 'jobs list', status: 'listed' },
      total: entries.length,
      tables: [{ name: 'jobs', rows: entries.length, overflowRows: 0 }],
      completeness: { recordsRead: entries.length, rowsInFiles: entries.length },
      warnings: [],
    });
    expect(Object.keys(entries[0] ?? {})).toEqual(
      manifest.tables[0].columns.map(({ name }: { name: string }) => name),
    );
    expect(await graph.run('verify', out)).toMatchObject({ exitCode: 0 });
    if (format === 'ndjson') {
      const rows = (await readFile(join(out, 'jobs/part-00000.ndjson'), 'utf8')).trimEnd().split('\n');
      expect(rows.map((row) => JSON.parse(row))).toEqual(entries);
    }
    const again = await graph.run('jobs', 'list', '--export', out, '--format', format);
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Already complete: /) });
    expect((await graph.run('submit', 'pagerank')).exitCode).toBe(0);
    const changed = failureOf(await graph.run('jobs', 'list', '--export', out, '--format', format));
    expect(changed).toEqual({
      exitCode: 1,
      line: expect.stringMatching(
        /holds a finished export of job "jobs list" .* \d+ total when .* has \d+ now/,
      ),
    });
    expect(await graph.run('jobs', 'list', '--export', out, '--format', format, '--force')).toMatchObject({
      exitCode: 0,
    });
  },
);

test('a configuration file made for results serves the list too', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const config = join(folder, 'ges.yaml');
  await writeFile(config, 'format: ndjson\nraw: true\nstrict: true\npaths: long\nwait: 2h\nedition: hyg\n');
  const out = join(folder, 'jobs');
  expect(await graph.run('jobs', 'list', '--export', out, '--config', config)).toMatchObject({ exitCode: 0 });
  const [row = ''] = (await readFile(join(out, 'jobs/part-00000.ndjson'), 'utf8')).split('\n');
  expect(Object.keys(JSON.parse(row)).slice(0, 3)).toEqual(['jobId', 'status', 'state']);
});

test('--export - is one table on standard output', async ({ openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stdout, stderr } = await graph.run('jobs', 'list', '--export', '-', '--quiet');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.toString()).toMatch(/^jobId,status,state,taskType,algorithm,/);
});

test('a list of 250000 jobs is read in pages, each job once', async ({ folder, openGraph }) => {
  const graph = await openGraph({ listedJobs: 250_000 });
  const out = join(folder, 'jobs');
  const { exitCode, stderr } = await graph.run('jobs', 'list', '--export', out, '--format', 'ndjson');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  const text = await readFile(join(out, 'jobs/part-00000.ndjson'), 'utf8');
  const ids = new Set<string>();
  for (const [, id = ''] of text.matchAll(/^\{"jobId":"([^"]+)"/gm)) ids.add(id);
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
  expect(manifest.total).toBeGreaterThan(250_000);
  expect(ids.size).toBe(manifest.total);
  expect(ids.has('synthetic-pagerank-250000') && ids.has('pagerank')).toBe(true);
  const shown = await graph.run('jobs', 'show', 'synthetic-pagerank-249999');
  expect(shown.stdout.toString()).toMatch(/^jobId {7}synthetic-pagerank-249999\nstatus {6}success\n/);
});

test('a graph whose list does not page gives 100000 jobs and a warning', async ({ folder, openGraph }) => {
  const graph = await openGraph({ edition: 'database-2021', listedJobs: 100_000 });
  const out = join(folder, 'jobs');
  const { exitCode, stderr } = await graph.run('jobs', 'list', '--export', out, '--quiet');
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^Warning: The list ends at 100000 jobs, .* there may be more\n$/);
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({ total: 100_000, warnings: [{ code: 'JOB_LIST_CUT_OFF' }] });
});

test('faults of the list are outlived, refusals are told', async ({ folder, openGraph }) => {
  const shaky = await openGraph({
    faults: {
      rules: [
        { when: { path: 'list', requests: 1 }, fault: { status: 503 } },
        { when: { path: 'list', requests: 1 }, fault: { garbage: true } },
      ],
    },
  });
  expect(await listed(shaky)).not.toEqual([]);
  const out = join(folder, 'jobs');
  const other = failureOf(await shaky.run('jobs', 'list', '--export', out, '--graph', 'mine'));
  expect(other).toEqual({ exitCode: 1, line: expect.stringMatching(/GES\.8000 "graph : mine not exist"/) });
  const unknown = failureOf(await shaky.run('jobs', 'list', '--format', 'csv'));
  expect(unknown).toEqual({ exitCode: 2, line: expect.stringMatching(/^--format needs --export/) });
});

test('a reader that leaves early is no failure', async ({ openGraph }) => {
  const graph = await openGraph({ listedJobs: 20_000 });
  // The shell reports the exit code of the command, not that of its reader.
  const pipe = `"$0" "$1" jobs list | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['--norc', '-c', pipe, process.execPath, COMMAND],
    { env: { PATH: process.env['PATH'], ...graph.env } },
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^pending-forever\t[^\n]*\n0\n$/);
});

test('jobs show tells the files of an import with lines and failures', async ({ openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stdout } = await graph.run('jobs', 'show', 'import-partial');
  expect(exitCode).toBe(0);
  const text = stdout.toString();
  expect(text).toMatch(/^status {6}partiallyFailed$/m);
  expect(text).toMatch(
    /^file {8}edge {2}airports\/routes\.csv {2}partFailed {2}5366 lines, 5359 successful, 7 failed {2}2024-05-23T01:33:21\.182Z to /m,
  );
  expect(text).toMatch(
    /^file {8}schema {2}airports\/schema\.xml {2}success {2}2 labels, 2 successful, 0 failed/m,
  );
  const none = failureOf(await graph.run('jobs', 'show', 'nobody'));
  expect(none).toEqual({ exitCode: 4, line: expect.stringMatching(/does not hold "nobody"\. Check the ID/) });
});
