import { once } from 'node:events';
import { appendFile, cp, readFile, rename, rm, symlink, truncate } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { killedExports } from '../checkpoint/kill-command.js';
import { failureOf, hashParts, hashTree, test } from './export-test.js';
import { runCommand } from './run-command.js';

const JOB = 'synthetic-vertices-1000';
const SIZES = ['--page-size', '100'];

const killed = killedExports(JOB, 200, 900);

async function readMark(out: string): Promise<unknown> {
  return JSON.parse(await readFile(join(out, '_UNFINISHED'), 'utf8'));
}

/** A server that knows no job any more. */
async function openErased(): Promise<Record<string, string>> {
  const server = createServer((_, response) => {
    response.writeHead(400, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ errorCode: 'GES.8301', errorMessage: 'can not find job' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...killed.graph.env, GES_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('another host is named, exit code 1; the files stay, are marked, and still serve the first host', async ({
  folder,
  openGraph,
}) => {
  await cp(await killed.leftover(...SIZES), folder, { recursive: true });
  const before = await hashParts(folder);
  const elsewhere = await openGraph();
  const { exitCode, line } = failureOf(await elsewhere.run('export', JOB, '--out', folder, ...SIZES));
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^Cannot resume: the export began at "http:\/\/127.*", not at "http:\/\/127/);
  expect(await hashParts(folder)).toEqual(before);
  expect(await readMark(folder)).toMatchObject({ jobId: JOB, total: 1000, code: 'HOST_CHANGED' });

  const resumed = await killed.graph.run('export', JOB, '--out', folder, ...SIZES);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(await hashTree(folder)).not.toHaveProperty('_UNFINISHED');
});

test('a result that was erased ends with 4; what is there is kept and marked', async ({ folder }) => {
  await cp(await killed.leftover(...SIZES), folder, { recursive: true });
  const before = await hashParts(folder);
  const env = await openErased();
  const result = await runCommand(['export', JOB, '--out', folder, ...SIZES], { env });
  expect(failureOf(result).exitCode).toBe(4);
  expect(result.stderr).toMatch(
    /^Warning: The files in ".*" are kept: \d+ of 1000 records, marked by _UNFINISHED$/m,
  );
  expect(await readMark(folder)).toMatchObject({ code: 'JOB_NOT_FOUND', records: expect.any(Number) });
  expect(await hashParts(folder)).toEqual(before);
});

test('a wrong job id does not mark the folder of another job', async ({ folder }) => {
  await cp(await killed.leftover(...SIZES), folder, { recursive: true });
  const { exitCode } = failureOf(await killed.graph.run('export', 'no-such-job', '--out', folder, ...SIZES));
  expect(exitCode).toBe(4);
  expect(await hashTree(folder)).not.toHaveProperty('_UNFINISHED');
});

test('nothing is made for a job that is not there', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const { exitCode } = failureOf(await graph.run('export', 'no-such-job', '--out', join(folder, 'out')));
  expect(exitCode).toBe(4);
  expect(await hashTree(folder)).toEqual({});
});

test('a finished export of a result that changed, or of another host, ends with 1 too', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  const before = await hashTree(folder);
  const other = failureOf(await (await openGraph()).run('export', 'pagerank', '--out', folder));
  expect(other).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/holds a finished export .*: the export began at "http/),
  });
  const manifest = join(folder, 'manifest.json');
  await cp(manifest, `${manifest}.kept`);
  const text = await readFile(manifest, 'utf8');
  await truncate(manifest);
  await appendFile(manifest, text.replace('"total": 305', '"total": 304'));
  const changed = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(changed).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/the result had 304 total when the export began and has 305 now/),
  });
  await rename(`${manifest}.kept`, manifest);
  expect(await hashTree(folder)).toEqual(before);
});

test.for<[string, (part: string) => Promise<void>, RegExp]>([
  ['missing', (part) => rm(part), /"pagerank\/part-00000\.csv" is missing/],
  ['shortened', (part) => truncate(part, 100), /"pagerank\/part-00000\.csv" has 100 bytes, not \d+/],
  ['longer', (part) => appendFile(part, 'x'), /"pagerank\/part-00000\.csv" has \d+ bytes, not \d+/],
  [
    'a link',
    async (part) => {
      await rename(part, `${part}.moved`);
      await symlink(`${part}.moved`, part);
    },
    /"pagerank\/part-00000\.csv" is no regular file/,
  ],
])(
  'a finished export of which a part is %s is not called complete',
  async ([, harm, message], { folder, openGraph }) => {
    const graph = await openGraph();
    await graph.export('pagerank', folder);
    await harm(join(folder, 'pagerank/part-00000.csv'));
    const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
    expect({ exitCode, line }).toEqual({ exitCode: 5, line: expect.stringMatching(message) });
  },
);

test('--max-duration ends the run with 3', async ({ folder, openGraph }) => {
  const graph = await openGraph({ latencyMs: 300 });
  const args = [
    'export',
    'synthetic-vertices-4000',
    '--out',
    folder,
    '--page-size',
    '100',
    '--concurrency',
    '1',
  ];
  const stopped = failureOf(await graph.run(...args, '--max-duration', '3s'));
  expect(stopped).toEqual({
    exitCode: 3,
    line: 'Stopped after 3 s, as --max-duration says; what is committed stays. Run the same command again',
  });
  expect(Object.keys(await hashTree(folder))).not.toContain('manifest.json');
  const wrong = failureOf(await graph.run(...args, '--max-duration', '0'));
  expect(wrong).toEqual({ exitCode: 2, line: expect.stringMatching(/--max-duration: must be more than 0/) });
});

test('--max-duration bounds the wait for a job and for a server that never recovers', async ({
  folder,
  openGraph,
}) => {
  const waiting = await openGraph();
  const pending = failureOf(
    await waiting.run('export', 'pending-forever', '--out', folder, '--wait', '1h', '--max-duration', '1s'),
  );
  expect(pending.exitCode).toBe(3);
  const broken = await openGraph({
    faults: { rules: [{ when: { path: 'status' }, fault: { status: 503 } }] },
  });
  const failed = failureOf(
    await broken.run('export', 'pagerank', '--out', folder, '--max-attempts', '100', '--max-duration', '2s'),
  );
  expect(failed).toEqual({ exitCode: 3, line: expect.stringMatching(/^Stopped after 2 s/) });
});

test('a server that gives large pages no answer is read in small ones, to the same bytes', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const args = [
    JOB,
    '--page-size',
    '250',
    '--rows-per-file',
    '400',
    '--format',
    'parquet',
    '--max-attempts',
    '2',
  ];
  await graph.export(String(args[0]), join(folder, 'whole'), ...args.slice(1));
  const gateway = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', graph.simulator.endpoint);
    const isLarge = Number(url.searchParams.get('limit')) > 40;
    const headers = { 'x-auth-token': String(request.headers['x-auth-token']) };
    const answer = isLarge ? new Response('', { status: 504 }) : await fetch(url, { headers });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  onTestFinished(() => {
    gateway.closeAllConnections();
    gateway.close();
  });
  const env = { ...graph.env, GES_ENDPOINT: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` };
  const out = join(folder, 'out');
  const { exitCode, stderr } = await runCommand(['export', ...args, '--out', out], { env });
  expect(exitCode, stderr).toBe(0);
  expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
});
