import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.js';
import { failureOf, type Graph, graphOf, hashTree, test } from './export-test.js';
import { runCommand } from './run-command.js';

let simulator: Simulator;
let graph: Graph;

beforeAll(async () => {
  simulator = await startSimulator();
  graph = graphOf(simulator);
});
afterAll(() => simulator.close());

/** `OUT` stands for a folder of the test's own. */
test.concurrent.for<[string, readonly string[], number, RegExp]>([
  ['an unknown job', ['export', 'nobody', '--out', 'OUT'], 4, /^GES answered GES\.8301 .*\. Check the ID/],
  [
    'a page size above the limit of the API',
    ['export', 'pagerank', '--out', 'OUT', '--page-size', '100001'],
    2,
    /^--page-size: page-size must be from 1 to 100000\. Correct the option named$/,
  ],
  [
    'a page size that is no number',
    ['export', 'pagerank', '--out', 'OUT', '--page-size', 'abc'],
    2,
    /^--page-size: not a whole number/,
  ],
  ['a page size of 0', ['export', 'pagerank', '--out', 'OUT', '--page-size', '0'], 2, /^--page-size: /],
  [
    'an unknown format',
    ['export', 'pagerank', '--out', 'OUT', '--format', 'xml'],
    2,
    /^--format must be one of csv, ndjson, parquet/,
  ],
  [
    'a compression that the format has not',
    ['export', 'pagerank', '--out', 'OUT', '--compression', 'snappy'],
    2,
    /^Cannot write csv with compression "snappy": use none, gzip\. Change one of the options named$/,
  ],
  [
    'zstd for text',
    ['export', 'pagerank', '--out', 'OUT', '--compression', 'zstd'],
    2,
    /^Cannot write csv with compression "zstd": use none, gzip\. /,
  ],
  [
    'more workers than the memory is for',
    ['export', 'pagerank', '--out', 'OUT', '--workers', '8'],
    2,
    /^--workers 8 needs --memory 320MiB or more\. /,
  ],
  [
    'workers for the reference engine',
    ['export', 'pagerank', '--out', 'OUT', '--workers', '2', '--engine', 'reference'],
    2,
    /^--workers needs --engine columnar/,
  ],
  [
    'a delimiter of two characters',
    ['export', 'pagerank', '--out', 'OUT', '--delimiter', '||'],
    2,
    /delimiter/,
  ],
  [
    'an unknown flag',
    ['export', 'pagerank', '--out', 'OUT', '--formt', 'csv'],
    2,
    /^unknown option '--formt' \(Did you mean --format\?\)$/,
  ],
  ['no output', ['export', 'pagerank'], 2, /^--out is missing/],
  ['no job', ['export', '--out', 'OUT'], 2, /^missing required argument 'job'/],
  ['a second job', ['export', 'pagerank', 'louvain', '--out', 'OUT'], 2, /^too many arguments/],
  ['an unknown command', ['exprot', 'pagerank'], 2, /^unknown command 'exprot' \(Did you mean export\?\)$/],
  [
    'a configuration file that is not there',
    ['export', 'pagerank', '--out', 'OUT', '--config', 'nowhere.yaml'],
    2,
    /^Cannot read the configuration file "nowhere\.yaml"/,
  ],
  [
    'Parquet to standard output',
    ['export', 'pagerank', '--out', '-', '--format', 'parquet'],
    2,
    /^Parquet needs a folder: --out - takes csv or ndjson/,
  ],
  ['--raw with CSV', ['export', 'pagerank', '--out', 'OUT', '--raw'], 2, /^--raw needs --format ndjson/],
  ['a job that failed', ['export', 'failed', '--out', 'OUT'], 1, /^GES answered .*\[source\] is invalid/],
  ['a job that failed with HTTP 200', ['export', 'failed-200', '--out', 'OUT'], 1, /^GES answered /],
  ['a job that failed and says complete', ['export', 'hyg-failed', '--out', 'OUT'], 1, /^GES answered /],
  [
    'a job that has not finished',
    ['export', 'pending-forever', '--out', 'OUT', '--wait', '0'],
    3,
    /^Job "pending-forever" has not finished: its status is "pending", and --wait is 0/,
  ],
  [
    'a job that does not finish in time',
    ['export', 'pending-forever', '--out', 'OUT', '--wait', '1s'],
    3,
    /its status is "pending", after 1 s of waiting/,
  ],
  [
    'another graph',
    ['export', 'pagerank', '--out', 'OUT', '--graph', 'mine'],
    1,
    /^GES refused the request at offset 0: GES\.8000 "graph : mine not exist" \(HTTP 400\)\. Check --graph, --project-id/,
  ],
  ['a folder that holds no export', ['verify', 'OUT'], 5, /holds no finished export/],
  ['a port that is none', ['simulate', '--port', '65536'], 2, /^Wrong --port "65536"/],
])('%s', async ([, args, exitCode, line], { folder }) => {
  const result = await graph.run(...args.map((arg) => (arg === 'OUT' ? join(folder, 'out') : arg)));
  expect(failureOf(result)).toEqual({ exitCode, line: expect.stringMatching(line) });
  expect(result.stdout).toHaveLength(0);
  const left = Object.keys(await hashTree(folder));
  expect(left).toEqual([]);
});

test('an address that is none is a configuration error', async ({ folder }) => {
  const args = ['export', 'pagerank', '--out', join(folder, 'out'), '--endpoint', 'localhost'];
  expect(failureOf(await graph.run(...args))).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^--endpoint \(or GES_ENDPOINT\): not an address/),
  });
});

test('a wrong token is refused with 1', async ({ folder }) => {
  const result = await runCommand(['export', 'pagerank', '--out', folder], {
    env: { ...graph.env, GES_TOKEN: 'nonsense' },
  });
  const { exitCode, line } = failureOf(result);
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^GES refused the request.*GES\.8007.*\. Get a new token for this project$/);
});

test('no token and an unreadable token file are configuration errors', async ({ folder }) => {
  const { GES_TOKEN: _, ...env } = graph.env as Record<string, string>;
  const args = ['export', 'pagerank', '--out', join(folder, 'out')];
  const none = failureOf(await runCommand(args, { env }));
  expect(none).toEqual({
    exitCode: 2,
    line: 'No token: set GES_TOKEN or give --token-file. Correct the option named',
  });
  const path = join(folder, 'token');
  const missing = failureOf(await runCommand([...args, '--token-file', path], { env }));
  expect(missing).toEqual({
    exitCode: 2,
    line: `Cannot read the token file "${path}". Correct the option named`,
  });
  await writeFile(path, 'two words\n');
  const odd = failureOf(await runCommand([...args, '--token-file', path], { env }));
  expect(odd.exitCode).toBe(2);
  expect(odd.line).toContain('must hold one token and nothing else');
});

test('a host that does not answer ends with 3', async ({ folder }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const endpoint = `http://127.0.0.1:${port}`;
  const result = await graph.run(
    'export',
    'pagerank',
    '--out',
    folder,
    '--endpoint',
    endpoint,
    '--max-attempts',
    '1',
  );
  expect(failureOf(result)).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/^Cannot read from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/),
  });
});

test('a file where the output folder should be ends with 1', async ({ folder }) => {
  const out = join(folder, 'taken');
  await writeFile(out, 'a file');
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', out));
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^Cannot create ".*taken": (ENOTDIR|EEXIST)\. Check the folder and its permissions$/);
});

test('so does a file where the folder of a table should be', async ({ folder }) => {
  await writeFile(join(folder, 'pagerank'), 'a file');
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^Cannot read ".*pagerank": ENOTDIR/);
});

test.for([
  ['is no YAML', 'a: [', /^Cannot read the configuration file ".*options\.yaml": /],
  ['is no map', '- csv', /must hold options as "name: value"/],
  ['has an unknown option', 'fromat: csv', /^Unknown option "fromat" in ".*options\.yaml"/],
  ['has a wrong value', 'page-size: many', /^--page-size: not a whole number/],
] as const)('a configuration file that %s', async ([, text, message], { folder }) => {
  const config = join(folder, 'options.yaml');
  await writeFile(config, text);
  const result = await graph.run('export', 'pagerank', '--out', join(folder, 'out'), '--config', config);
  expect(failureOf(result)).toEqual({ exitCode: 2, line: expect.stringMatching(message) });
});

test('flags win over the environment, and the environment over the configuration file', async ({
  folder,
}) => {
  const config = join(folder, 'options.yaml');
  await writeFile(config, 'format: ndjson\npage-size: 50\nendpoint: http://127.0.0.1:1\n');
  const out = join(folder, 'out');
  const manifest = await graph.export('pagerank', out, '--config', config, '--page-size', '100');
  expect(manifest.options).toMatchObject({ format: 'ndjson', pageSize: 100 });
  expect(manifest.source.endpoint).toBe(simulator.endpoint);
});
