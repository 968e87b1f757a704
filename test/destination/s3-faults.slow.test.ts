import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { failureOf } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import type { FakeRequest } from './fake-s3.js';
import { keysOf, partsOf, signalAt, storeEnv, test } from './store-export.js';

const JOB = 'synthetic-vertices-60000';
const SIZES = ['--page-size', '50000', '--format', 'ndjson'];

test('a busy store, broken connections and lost answers change nothing', async ({ openGraph, openStore }) => {
  const graph = await openGraph();
  const calm = await openStore(graph);
  expect((await calm.run(['export', JOB, '--out', 's3://exports/x', ...SIZES])).exitCode).toBe(0);
  const seen = new Set<string>();
  const { store, run } = await openStore(graph, {
    fault: ({ method, key, query, count }) => {
      const fault = troubleOf({ method, key, query, count });
      if (fault !== undefined) seen.add(fault);
      return fault;
    },
  });
  const result = await run(['export', JOB, '--out', 's3://exports/x', ...SIZES]);
  expect(result.exitCode, result.stderr).toBe(0);
  expect([...seen].sort()).toEqual(['cut', 'lost-answer', 'reset', 'slow-down']);
  const [expected, actual] = [calm.store, store].map(
    (one) => partsOf(one, 'x')['vertices/part-00000.ndjson'],
  );
  // Not toEqual: comparing megabytes byte by byte takes minutes.
  expect(expected !== undefined && actual?.equals(expected)).toBe(true);
  expect(store.bucket.uploads.size).toBe(0);
});

function troubleOf({ method, key, query, count }: FakeRequest) {
  if (method === 'PUT' && query.has('partNumber'))
    return count % 3 === 0 ? 'slow-down' : count % 3 === 1 ? 'reset' : undefined;
  // Completed, and the answer is lost: the second attempt is told that there is no such upload.
  if (method === 'POST' && query.has('uploadId') && count === 1) return 'lost-answer';
  if (method === 'GET' && key.includes('part-') && !query.has('uploadId') && count <= 2) return 'cut';
  return undefined;
}

test.concurrent.for<[string, Record<string, string>, string, number, RegExp]>([
  [
    'keys that the store does not know',
    { AWS_ACCESS_KEY_ID: 'nobody' },
    's3://exports/x',
    1,
    /^Cannot read "s3:\/\/exports\/x\/\.ges-export\/lock": http:\S+ says InvalidAccessKeyId \(no\)\. Check the keys/,
  ],
  ['a bucket that is not there', {}, 's3://nowhere/x', 2, /says NoSuchBucket .*Create it/],
  ['a bucket without permission', {}, 's3://forbidden/x', 1, /says AccessDenied .*Check the keys/],
  [
    'a store that is not there',
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' },
    's3://exports/x',
    3,
    /no answer from http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)\. Check --s3-endpoint/,
  ],
  ['half of the keys', { AWS_SECRET_ACCESS_KEY: '' }, 's3://exports/x', 2, /go together/],
  ['a name that is no bucket', {}, 's3://a b/x', 2, /is not an s3:\/\/bucket\/prefix/],
  ['a name between slashes that is missing', {}, 's3://exports//x', 2, /a name between two \/ is missing/],
  ['another scheme', {}, 'gs://exports/x', 2, /"gs:\/\/exports\/x" is neither a folder nor s3/],
])(
  '%s: one line, and nothing is written',
  async ([, env, out, exitCode, message], { openGraph, openStore, expect }) => {
    const { store, run } = await openStore(await openGraph());
    const result = await run(['export', 'pagerank', '--out', out, '--max-attempts', '2'], env);
    const failure = failureOf(result);
    expect(failure.exitCode, failure.line).toBe(exitCode);
    expect(failure.line).toMatch(message);
    expect(result.stderr).not.toContain('fakesecret');
    expect(store.bucket.objects.size).toBe(0);
  },
);

test.concurrent('no keys at all: one line', async ({ openGraph, openStore }) => {
  const { run } = await openStore(await openGraph());
  const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };
  const failure = failureOf(await run(['export', 'pagerank', '--out', 's3://exports/x'], env));
  expect(failure).toEqual({ exitCode: 1, line: expect.stringMatching(/: no keys were found\. Check/) });
});

test('a full store stops the export with 3; with room again it goes on', async ({ openGraph, openStore }) => {
  let isFull = true;
  const { store, run } = await openStore(await openGraph(), {
    fault: ({ method, query }) =>
      isFull && method === 'PUT' && query.has('partNumber') ? 'refuse-quota' : undefined,
  });
  const command = ['export', JOB, '--out', 's3://exports/x', ...SIZES];
  const full = failureOf(await run(command));
  expect(full).toEqual({ exitCode: 3, line: expect.stringMatching(/says QuotaExceeded .*Free space/) });
  expect(keysOf(store, 'x')).toEqual(['.ges-export/checkpoint']);
  // The upload that no checkpoint knows yet is ended, not left to be paid for.
  expect(store.bucket.uploads.size).toBe(0);
  isFull = false;
  const resumed = await run(command);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect((await run(['verify', 's3://exports/x'])).exitCode).toBe(0);
});

test.concurrent('the keys of OBS win over those of AWS, as a whole', async ({ openGraph, openStore }) => {
  const { store, run } = await openStore(await openGraph());
  const env = {
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'nobody',
    OBS_ENDPOINT: store.endpoint,
    OBS_ACCESS_KEY_ID: store.accessKeyId,
    OBS_SECRET_ACCESS_KEY: 'x',
  };
  const result = await run(['export', 'pagerank', '--out', 's3://exports/x'], env);
  expect(result.exitCode, result.stderr).toBe(0);
});

test.concurrent('a lock of another host holds for a minute', async ({ openGraph, openStore }) => {
  const { store, run } = await openStore(await openGraph());
  const lock = { id: 'x', pid: 7, host: 'elsewhere', startTicks: '' };
  const body = Buffer.from(JSON.stringify(lock));
  store.bucket.objects.set('x/.ges-export/lock', { body, etag: '"x"', modifiedAt: new Date() });
  const locked = failureOf(await run(['export', 'pagerank', '--out', 's3://exports/x']));
  expect(locked.exitCode).toBe(3);
  expect(locked.line).toMatch(/^Another export \(process 7 on elsewhere\) is writing to "s3:\/\/exports\/x"/);
  store.advance(61_000);
  expect((await run(['export', 'pagerank', '--out', 's3://exports/x'])).exitCode).toBe(0);
  expect(keysOf(store, 'x')).not.toContain('.ges-export/lock');
});

test('an export that loses its lock stops before its next checkpoint', async ({ openGraph, openStore }) => {
  const graph = await openGraph({ latencyMs: 30 });
  const { store, start } = await openStore(graph);
  const running = start([
    'export',
    'synthetic-pagerank-2000',
    '--out',
    's3://exports/x',
    '--page-size',
    '50',
  ]);
  const key = 'x/.ges-export/lock';
  const body = Buffer.from(JSON.stringify({ id: 'y', pid: 7, host: 'elsewhere', startTicks: '' }));
  const hasBegun = () => store.bucket.objects.has('x/.ges-export/checkpoint');
  const result = await signalAt(
    running,
    () => {
      if (hasBegun()) store.bucket.objects.set(key, { body, etag: '"y"', modifiedAt: new Date() });
      return false;
    },
    'SIGKILL',
  );
  expect(failureOf(result)).toEqual({ exitCode: 3, line: expect.stringContaining('process 7 on elsewhere') });
  // What is not ours stays.
  expect(keysOf(store, 'x')).toEqual(['.ges-export/checkpoint', '.ges-export/lock']);
});

test('without the package: one line with the command that installs it', async ({
  folder,
  openGraph,
  openStore,
}) => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== '@aws-sdk')
      await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const graph = await openGraph();
  const { store } = await openStore(graph);
  const args = ['export', 'pagerank', '--out', 's3://exports/x'];
  const env = { ...graph.env, ...storeEnv(store) };
  const failure = failureOf(await runCommand(args, { env, main: join(folder, 'dist/cli/main.js') }));
  expect(failure).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/not installed: npm install @aws-sdk\/client-s3@\d+\.\d+\.\d+\. Install it/),
  });
  const local = ['export', 'pagerank', '--out', join(folder, 'out')];
  expect((await runCommand(local, { env, main: join(folder, 'dist/cli/main.js') })).exitCode).toBe(0);
});
