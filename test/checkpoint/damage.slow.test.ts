import { cp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { failureOf, hashParts, hashTree, test } from '../cli/export-test.js';
import { killedExports } from './kill-command.js';

const JOB = 'synthetic-vertices-1000';
const ARGS = ['--page-size', '100', '--rows-per-file', '300'];
const CHECKPOINT = '.ges-export/checkpoint.json';

const killed = killedExports(JOB, 400, 600);

const again = (out: string, ...args: string[]) =>
  killed.graph.run('export', JOB, '--out', out, ...ARGS, ...args);

async function change(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, 'utf8')));
}

async function becomeLink(path: string, elsewhere: string): Promise<void> {
  await rename(path, elsewhere);
  await symlink(elsewhere, path);
}

/** The lock of the killed process is taken over and given back. */
const isNoLock = (path: string) => path !== '.ges-export/lock/holder.json';

const REMEDY = /\. Use --force to start again$/;

describe('what does not match its checkpoint is refused with one line and left alone', () => {
  test.for<[string, (out: string) => Promise<void>, RegExp]>([
    [
      'a checkpoint that is cut off',
      (out) => truncate(join(out, CHECKPOINT), 200),
      /checkpoint\.json" is not a checkpoint/,
    ],
    ['an empty checkpoint', (out) => truncate(join(out, CHECKPOINT), 0), /is not a checkpoint/],
    [
      'a checkpoint of another version',
      (out) => change(join(out, CHECKPOINT), (text) => text.replace('"version":1', '"version":2')),
      /is not a checkpoint that this version can read \(version: /,
    ],
    [
      'a checkpoint in which a number has changed',
      (out) =>
        change(join(out, CHECKPOINT), (text) => text.replace(/"committedOffset":\d/, '"committedOffset":9')),
      /checkpoint\.json" does not match its checksum/,
    ],
    [
      'an open part that is too short',
      (out) => truncate(join(out, 'vertices/.part-00001.csv.open'), 40),
      /\.part-00001\.csv\.open" does not match the checkpoint: it has 40 of its \d+ committed bytes/,
    ],
    [
      'an open part that was altered',
      (out) => change(join(out, 'vertices/.part-00001.csv.open'), (text) => text.replace('person', 'parson')),
      /part-00001\.csv\.open" does not match the checkpoint: its committed bytes have changed/,
    ],
    [
      'an open part that is gone',
      (out) => rm(join(out, 'vertices/.part-00001.csv.open')),
      /part-00001\.csv" does not match the checkpoint: it is missing/,
    ],
    [
      'a finished part that is too short',
      (out) => truncate(join(out, 'vertices/part-00000.csv'), 40),
      /part-00000\.csv" does not match the checkpoint: its bytes have changed/,
    ],
    [
      'a finished part that grew',
      (out) => change(join(out, 'vertices/part-00000.csv'), (text) => `${text}x\n`),
      /part-00000\.csv" does not match the checkpoint: its bytes have changed/,
    ],
    [
      'a finished part that was altered',
      (out) => change(join(out, 'vertices/part-00000.csv'), (text) => text.replace('person', 'parson')),
      /part-00000\.csv" does not match the checkpoint: its bytes have changed/,
    ],
    [
      'a finished part that is gone',
      (out) => rm(join(out, 'vertices/part-00000.csv')),
      /part-00000\.csv" does not match the checkpoint: it is missing/,
    ],
    [
      'an open part that is a link to the same bytes',
      (out) => becomeLink(join(out, 'vertices/.part-00001.csv.open'), join(out, 'elsewhere')),
      /\.part-00001\.csv\.open" does not match the checkpoint: it is no regular file/,
    ],
    [
      'a finished part that is a link to the same bytes',
      (out) => becomeLink(join(out, 'vertices/part-00000.csv'), join(out, 'elsewhere')),
      /part-00000\.csv" does not match the checkpoint: it is no regular file/,
    ],
  ])('%s', async ([, damage, message], { folder }) => {
    await cp(await killed.leftover(...ARGS), folder, { recursive: true });
    await damage(folder);
    const before = await hashTree(folder, isNoLock);
    const { exitCode, line } = failureOf(await again(folder));
    expect({ exitCode, line }).toEqual({ exitCode: 2, line: expect.stringMatching(message) });
    expect(line).toMatch(REMEDY);
    expect(await hashTree(folder, isNoLock)).toEqual(before);
  });
});

const OPEN_PART = 'vertices/.part-00001.csv.open';

test.for<[string, (out: string) => Promise<void>]>([
  ['a part is too short', (out) => truncate(join(out, OPEN_PART), 40)],
  [
    'a part is a link to nowhere',
    async (out) => {
      await rm(join(out, OPEN_PART));
      await symlink('nowhere', join(out, OPEN_PART));
    },
  ],
])('--force starts again where %s', async ([, damage], { folder }) => {
  await cp(await killed.leftover(...ARGS), folder, { recursive: true });
  await damage(folder);
  const forced = await again(folder, '--force');
  expect(forced.exitCode, forced.stderr).toBe(0);
  expect(forced.stderr).toMatch(/^Exporting job/m);
  expect(Object.keys(await hashTree(folder)).sort()).toEqual([
    '_SUCCESS',
    'manifest.json',
    ...[0, 1, 2, 3].map((part) => `vertices/part-0000${part}.csv`),
  ]);
});

test.for(['csv', 'parquet'])(
  'a %s part renamed just before the crash is opened again',
  async (format, { folder }) => {
    const whole = join(folder, 'whole');
    const out = join(folder, 'killed');
    await killed.graph.export(JOB, whole, ...ARGS, '--format', format);
    await cp(await killed.leftover(...ARGS, '--format', format), out, { recursive: true });
    const part = join(out, `vertices/part-00001.${format}`);
    await rename(join(out, `vertices/.part-00001.${format}.open`), part);
    const resumed = await again(out, '--format', format);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/^Resuming job/m);
    expect(await hashParts(out)).toEqual(await hashParts(whole));
  },
);

test('bytes after the last commit and parts that no checkpoint knows are dropped', async ({ folder }) => {
  const whole = join(folder, 'whole');
  const out = join(folder, 'killed');
  await killed.graph.export(JOB, whole, ...ARGS);
  await cp(await killed.leftover(...ARGS), out, { recursive: true });
  const open = join(out, 'vertices/.part-00001.csv.open');
  // More than is still to be written, so that nothing of it is hidden below that.
  await change(open, (text) => `${text}${'v0000,x\n'.repeat(100_000)}`);
  await writeFile(join(out, 'vertices/.part-00002.csv.open'), 'id,label');
  await writeFile(join(out, 'vertices/part-00007.csv'), 'id,label\n');
  await writeFile(join(out, 'vertices/.part-00008.csv.open'), 'id,label\n');
  const resumed = await again(out);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(await hashParts(out)).toEqual(await hashParts(whole));
  expect((await readdir(join(out, 'vertices'))).sort()).toEqual(
    [0, 1, 2, 3].map((part) => `part-0000${part}.csv`),
  );
});
