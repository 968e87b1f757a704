import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from './export-test.js';

type Event = Record<string, unknown>;

function eventsOf(stderr: string): Event[] {
  const lines = stderr.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Event);
}

test('--json reports each event as one object a line, nothing on standard output', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ faults: { rules: [{ when: { requests: 2 }, fault: { status: 503 } }] } });
  const { exitCode, stdout, stderr } = await graph.run(
    ...['export', 'pagerank', '--out', folder, '--page-size', '100', '--json'],
  );
  expect(exitCode).toBe(0);
  expect(stdout).toHaveLength(0);
  const events = eventsOf(stderr);
  const kinds = events.map((event) => event['type']);
  expect(kinds.filter((kind) => kind !== 'retry')).toEqual([
    'started',
    'progress',
    'progress',
    'progress',
    'progress',
    'verifying',
    'finished',
  ]);
  expect(kinds.filter((kind) => kind === 'retry')).toHaveLength(1);
  expect(events.find((event) => event['type'] === 'retry')).toMatchObject({
    code: 'REQUEST_BUSY',
    attempt: 1,
  });
  expect(events.filter((event) => event['type'] === 'progress').map((event) => event['records'])).toEqual([
    100, 200, 300, 305,
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'finished', records: 305, rows: 305, files: 1 });
  for (const event of events) expect(Date.parse(String(event['time']))).not.toBeNaN();
});

test('with --json a failure is the last object, with its code', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const failed = await graph.run('export', 'failed', '--out', folder, '--json');
  expect(eventsOf(failed.stderr).at(-1)).toEqual({
    type: 'error',
    code: 'JOB_FAILED',
    message: expect.any(String),
    action: expect.any(String),
    exitCode: 1,
  });
  const usage = await graph.run('export', 'pagerank', '--nonsense', '--json');
  expect(usage.exitCode).toBe(2);
  expect(eventsOf(usage.stderr)).toMatchObject([{ type: 'error', code: 'CONFIG_INVALID', exitCode: 2 }]);
});

test('--quiet says nothing, also with --out -', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const toFolder = await graph.run('export', 'pagerank', '--out', folder, '--quiet');
  expect(toFolder).toMatchObject({ exitCode: 0, stderr: '' });
  expect(toFolder.stdout).toHaveLength(0);
  const toStream = await graph.run('export', 'pagerank', '--out', '-', '--quiet');
  expect(toStream).toMatchObject({ exitCode: 0, stderr: '' });
  expect(toStream.stdout.equals(await readFile(join(folder, 'pagerank/part-00000.csv')))).toBe(true);
});

test('--quiet keeps warnings and failures', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const partial = await graph.run('export', 'partially-failed', '--out', folder, '--quiet');
  expect(partial.stderr).toMatch(/^Warning: [^\n]+\n$/);
  const failed = await graph.run('export', 'failed', '--out', join(folder, 'failed'), '--quiet');
  expect(failed.stderr).toMatch(/^ges-export: [^\n]+\n$/);
});

test('a server that speaks escape sequences does not reach the terminal', async ({ folder, openGraph }) => {
  const gesError = { code: 'GES.8403', message: 'bad\u001b[2J\nges-export: all is well', httpStatus: 400 };
  const graph = await openGraph({ faults: { rules: [{ fault: { gesError } }] } });
  const { stderr } = await graph.run('export', 'pagerank', '--out', folder);
  expect(stderr).toMatch(/^ges-export: [^\n]+\n$/);
  expect(stderr).not.toContain('\u001b');
});

test('the token is in no file and in no output', async ({ folder, openGraph }) => {
  const graph = await openGraph({
    faults: { rules: [{ when: { path: 'status', requests: [3, 4] }, fault: { resetAfterBytes: 0 } }] },
  });
  const { token } = graph.simulator;
  const results = [
    await graph.run('export', 'vertices', '--out', join(folder, 'whole'), '--json', '--debug'),
    await graph.run('export', 'nobody', '--out', join(folder, 'none'), '--debug'),
    await graph.run('inspect', 'pagerank'),
    await graph.run('jobs', 'list'),
  ];
  expect(results.map((result) => result.exitCode)).toEqual([0, 4, 0, 0]);
  for (const { stdout, stderr } of results) expect(stdout.toString() + stderr).not.toContain(token);
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files++;
    expect(await readFile(join(entry.parentPath, entry.name), 'latin1')).not.toContain(token);
  }
  expect(files).toBeGreaterThanOrEqual(3);
});
