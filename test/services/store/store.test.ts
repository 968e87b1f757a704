import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openPlace } from '../../../src/destination/open-place.js';
import { TABLE_FORMATS } from '../../../src/model.js';
import { failureOf, hashTree, test } from '../../cli/export-test.js';
import { type CommandResult, type RunningCommand, startCommand } from '../../cli/run-command.js';
import { placeContract } from '../../destination/place-contract.js';

/** What start.sh printed. */
function setting(name: string): string {
  const value = process.env[`S3_TEST_${name}`];
  if (value === undefined) throw new Error(`S3_TEST_${name} is not set: run test/services/store/run.sh`);
  return value;
}

const BUCKET = `exports-${randomUUID()}`;
const endpoint = setting('ENDPOINT');
/** Each kind of table is partitioned at one of the stores: they ask the same of it, and every partition is a request or two. */
const PARTITIONED_HERE = TABLE_FORMATS.filter(
  (format) => (format === 'delta') === (setting('NAME') === 'rgw'),
);
const storeEnv = {
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: setting('KEY'),
  AWS_SECRET_ACCESS_KEY: setting('SECRET'),
};

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const client = new S3Client({
  endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: setting('KEY'), secretAccessKey: setting('SECRET') },
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});
beforeAll(async () => {
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => client.destroy());

async function keysBelow(prefix: string): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsCommand({ Bucket: BUCKET, Prefix: prefix }));
  return Contents.map(({ Key = '' }) => Key.slice(prefix.length)).sort();
}

async function uploadsBelow(prefix: string): Promise<number> {
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }),
  );
  return Uploads.length;
}

async function bytesOf(key: string, range?: string): Promise<Buffer | null> {
  try {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: key, ...(range === undefined ? {} : { Range: range }) }),
    );
    return await buffer(Body as AsyncIterable<Buffer>);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
}

async function committedOffset(prefix: string): Promise<number> {
  const head = await bytesOf(`${prefix}.ges-export/checkpoint`, 'bytes=0-16383');
  return Number(/"committedOffset":(\d+)/.exec(head?.toString('latin1') ?? '')?.[1] ?? -1);
}

/** Kills the command as soon as its checkpoint has reached an offset. */
async function killAt(
  { child, ended }: RunningCommand,
  prefix: string,
  offset: number,
): Promise<CommandResult> {
  while (child.exitCode === null && child.signalCode === null) {
    if ((await committedOffset(prefix)) >= offset) {
      child.kill('SIGKILL');
      break;
    }
    await sleep(20);
  }
  return ended;
}

const base = { s3Endpoint: endpoint, s3Region: 'us-east-1', maxAttempts: 3 };
placeContract(setting('NAME'), {
  open: (name) =>
    openPlace(`s3://${BUCKET}/contract/${name.replaceAll(' ', '-')}`, {
      ...base,
      s3AccessKeyId: setting('KEY'),
      s3SecretAccessKey: setting('SECRET'),
    }),
});

describe(`the command and ${setting('NAME')}`, () => {
  const JOB = 'synthetic-vertices-70000';
  const SIZES = ['--page-size', '10000', '--rows-per-file', '60000', '--format', 'ndjson'];

  test('killed again and again, it writes the objects of an uninterrupted export', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph({ latencyMs: 10 });
    const env = { ...graph.env, ...storeEnv };
    const out = `s3://${BUCKET}/killed`;
    const command = ['export', JOB, '--out', out, ...SIZES];
    await graph.export(JOB, folder, ...SIZES);
    let killed = 0;
    for (const offset of [10_000, 50_000]) {
      const result = await killAt(startCommand(command, { env }), 'killed/', offset);
      if (result.signal === 'SIGKILL') killed++;
    }
    expect(killed).toBeGreaterThanOrEqual(1);
    expect(await keysBelow('killed/')).not.toContain('_SUCCESS');
    const last = await startCommand(command, { env }).ended;
    expect(last.exitCode, last.stderr).toBe(0);
    expect(last.stderr).toMatch(/^Resuming job/m);

    const files = Object.keys(await hashTree(folder)).sort();
    expect(await keysBelow('killed/')).toEqual(files);
    expect(await uploadsBelow('killed/')).toBe(0);
    for (const path of files.filter((name) => name.includes('part-'))) {
      const stored = await bytesOf(`killed/${path}`);
      expect(stored?.equals(await readFile(join(folder, path))), path).toBe(true);
    }
    const verified = await startCommand(['verify', out], { env }).ended;
    expect(verified).toMatchObject({ exitCode: 0, stderr: '' });
    const again = await startCommand(command, { env }).ended;
    expect(again.stderr).toMatch(/^Already complete/);
  });

  test('partitions, killed, are those of a folder; a load reads them; latest and keep', async ({
    folder,
    openGraph,
  }) => {
    const graph = await openGraph({ latencyMs: 10 });
    const env = { ...graph.env, ...storeEnv };
    const out = `s3://${BUCKET}/dealt`;
    const args = ['synthetic-vertices-2500', '--page-size', '500', '--partition-by', 'city'];
    const sizes = [...args.slice(1), '--file-bytes', '30kB', '--format', 'parquet'];
    await graph.export('synthetic-vertices-2500', folder, ...sizes);
    const day = (number: number) =>
      ['export', ...args, '--file-bytes', '30kB', '--format', 'parquet', '--out', out].concat([
        '--partition-by',
        `day=${number}`,
        '--latest',
        '--keep',
        '1',
      ]);
    await killAt(startCommand(day(1), { env }), 'dealt/day=1/', 1000);
    const first = await startCommand(day(1), { env }).ended;
    expect(first.exitCode, first.stderr).toBe(0);
    const files = Object.keys(await hashTree(folder)).sort();
    expect(await keysBelow('dealt/day=1/')).toEqual(files);
    expect(await uploadsBelow('dealt/')).toBe(0);
    for (const path of files.filter((name) => name.includes('part-'))) {
      const stored = await bytesOf(`dealt/day=1/${path}`);
      expect(stored?.equals(await readFile(join(folder, path))), path).toBe(true);
    }
    const database = join(folder, 'd.duckdb');
    const loaded = await startCommand(['load', 'duckdb', `${out}/day=1`, database], { env }).ended;
    expect(loaded).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^Done: table vertices, 2,500 rows$/m),
    });

    const second = await startCommand(day(2), { env }).ended;
    expect(second.stderr).toMatch(/^Removed the older export s3:.*day=1$/m);
    expect(await keysBelow('dealt/')).toEqual([...files.map((path) => `day=2/${path}`), 'latest'].sort());
    expect((await bytesOf('dealt/latest'))?.toString()).toBe('day=2\n');
  });

  test.for(PARTITIONED_HERE)(
    'a partitioned table of %s, its first export killed, is that of a folder',
    async (format, { folder, openGraph, expect }) => {
      const graph = await openGraph({ latencyMs: 10 });
      const env = { ...graph.env, ...storeEnv };
      const prefix = `parts-${format}/`;
      const parts = ['--partition-by', 'city', '--format', 'parquet', '--table-format', format];
      const command = (job: string, out: string) => [
        'export',
        job,
        '--out',
        out,
        '--page-size',
        '300',
        ...parts,
      ];
      const jobs = ['synthetic-vertices-600', 'synthetic-vertices-100'];
      const toStore = (job: string) => startCommand(command(job, `s3://${BUCKET}/${prefix}`), { env });
      const isCheckpoint = (key: string) => key.endsWith('/.ges-export/checkpoint');
      const killed = toStore(String(jobs[0]));
      while (killed.child.exitCode === null && !(await keysBelow(prefix)).some(isCheckpoint)) await sleep(20);
      killed.child.kill('SIGKILL');
      expect((await killed.ended).signal).toBe('SIGKILL');

      for (const job of jobs) {
        const local = await graph.run(...command(job, folder));
        expect(local.exitCode, local.stderr).toBe(0);
        const stored = await toStore(job).ended;
        expect(stored.stderr).toMatch(/^Committed table vertices as version/m);
        expect((await toStore(job).ended).stderr).toMatch(/^Already complete: .*\n$/);
      }
      const isPart = (path: string) => path.endsWith('.parquet');
      const files = Object.keys(await hashTree(folder, isPart)).sort();
      expect(files.length).toBeGreaterThan(2);
      expect((await keysBelow(prefix)).filter(isPart)).toEqual(files);
      for (const path of files)
        expect(await bytesOf(`${prefix}${path}`), path).toEqual(await readFile(join(folder, path)));
      expect(await uploadsBelow(prefix)).toBe(0);
      const verified = await startCommand(['verify', `s3://${BUCKET}/${prefix}`, '--read-data'], { env })
        .ended;
      expect(verified).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test('what a dead export left is removed', async ({ openGraph }) => {
    const graph = await openGraph({ latencyMs: 10 });
    const env = { ...graph.env, ...storeEnv };
    const out = `s3://${BUCKET}/dead`;
    // One part of some 28 MB: it is in progress from its first 5 MiB to the end.
    const command = [
      'export',
      'synthetic-vertices-200000',
      '--out',
      out,
      '--page-size',
      '10000',
      '--format',
      'ndjson',
    ];
    await killAt(startCommand(command, { env }), 'dead/', 50_000);
    expect(await uploadsBelow('dead/')).toBe(1);
    const removed = await startCommand(['gc', out, '--older-than', '0', '--yes'], { env }).ended;
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(removed.stdout.toString()).toMatch(/^part in progress vertices\/part-00000\.ndjson/);
    expect(await keysBelow('dead/')).toEqual([]);
    expect(await uploadsBelow('dead/')).toBe(0);
  });

  test('of several exports that begin at once, at most one works', async ({ openGraph }) => {
    const graph = await openGraph({ latencyMs: 20 });
    const env = { ...graph.env, ...storeEnv };
    const out = `s3://${BUCKET}/race`;
    const command = ['export', 'synthetic-pagerank-2000', '--out', out, '--page-size', '100'];
    const results = await Promise.all([1, 2, 3].map(() => startCommand(command, { env }).ended));
    expect(results.filter(({ exitCode }) => exitCode === 0).length).toBeLessThanOrEqual(1);
    expect(results.every(({ exitCode }) => exitCode === 0 || exitCode === 3)).toBe(true);
    const last = await startCommand(command, { env }).ended;
    expect(last.exitCode, last.stderr).toBe(0);
    expect((await startCommand(['verify', out], { env }).ended).exitCode).toBe(0);
  });

  test.for<[string, Record<string, string>, string, number, RegExp]>([
    [
      'a wrong secret',
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      BUCKET,
      1,
      /says SignatureDoesNotMatch.*Check the keys/,
    ],
    [
      'an unknown key',
      { AWS_ACCESS_KEY_ID: 'nobody' },
      BUCKET,
      1,
      /says (InvalidAccessKeyId|SignatureDoesNotMatch).*Check the keys/,
    ],
    ['a missing bucket', {}, `missing-${randomUUID()}`, 2, /says NoSuchBucket.*Create it/],
    [
      'a bucket without permission',
      { AWS_ACCESS_KEY_ID: setting('GUEST_KEY'), AWS_SECRET_ACCESS_KEY: setting('GUEST_SECRET') },
      BUCKET,
      1,
      /says AccessDenied.*Check the keys/,
    ],
  ])('%s: one line and its exit code', async ([, env, bucket, exitCode, line], { openGraph, expect }) => {
    const graph = await openGraph();
    const command = ['export', 'pagerank', '--out', `s3://${bucket}/refused`];
    const result = await startCommand(command, { env: { ...graph.env, ...storeEnv, ...env } }).ended;
    const failure = failureOf(result);
    expect(failure.exitCode, failure.line).toBe(exitCode);
    expect(failure.line).toMatch(line);
    expect(await keysBelow('refused/')).toEqual([]);
  });
});
