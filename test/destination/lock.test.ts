import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { giveLifeSign } from '../../src/destination/life-sign.js';
import { lockOutput } from '../../src/destination/output-lock.js';
import { failureOf, hashTree, test } from '../cli/export-test.js';

const LOCK = '.ges-export/lock/holder.json';

/** The id of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'close');
  return child.pid ?? 0;
}

async function writeLock(folder: string, content: string): Promise<void> {
  await mkdir(join(folder, '.ges-export/lock'), { recursive: true });
  await writeFile(join(folder, LOCK), content);
}

test('the lock of a process that is gone is taken over', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await writeLock(
    folder,
    JSON.stringify({ id: 'stale', pid: await deadPid(), host: hostname(), startTicks: '1' }),
  );
  await graph.export('pagerank', folder);
  expect(await hashTree(folder)).not.toHaveProperty(LOCK);
});

test('so is the lock whose process id belongs to another process by now', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await writeLock(
    folder,
    JSON.stringify({ id: 'stale', pid: process.pid, host: hostname(), startTicks: '1' }),
  );
  await graph.export('pagerank', folder);
});

test('and a lock that is torn', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await writeLock(folder, '{"pid":');
  await graph.export('pagerank', folder);
});

test('so is the lock of a container that is gone, but not of one that is not', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  // Of the same host name, and with a pid that means nothing here.
  const holder = {
    id: 'other',
    pid: await deadPid(),
    host: hostname(),
    startTicks: '1',
    pidSpace: 'pid:[1]',
  };
  await writeLock(folder, JSON.stringify(holder));
  const endSign = await giveLifeSign(holder.id);
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(3);
  expect(line).toContain(`Another export (process ${holder.pid}) is writing to "${folder}"`);
  endSign();
  await graph.export('pagerank', folder);
  expect(await readdir(join(folder, '.ges-export'))).toEqual([]);
});

test('who gives a lock back leaves that of another alone', async ({ folder }) => {
  const unlock = await lockOutput(folder);
  await rm(join(folder, '.ges-export/lock'), { recursive: true });
  const unlockOther = await lockOutput(folder);
  await unlock();
  expect(await readdir(join(folder, '.ges-export/lock'))).toContain('holder.json');
  await unlockOther();
  expect(await readdir(join(folder, '.ges-export'))).toEqual([]);
});

test('a folder of somebody in place of the lock is left alone, and named', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await mkdir(join(folder, '.ges-export/lock/mine'), { recursive: true });
  await writeFile(join(folder, '.ges-export/lock/mine/notes.txt'), 'notes');
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(3);
  expect(line).toMatch(/^".*lock" stands where the lock of an export goes and holds "mine"/);
  expect(await readFile(join(folder, '.ges-export/lock/mine/notes.txt'), 'utf8')).toBe('notes');
});

test('a holder whose id is no name is one of nobody', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await writeLock(folder, JSON.stringify({ id: 'a/b', pid: 0, host: hostname(), startTicks: '' }));
  await graph.export('pagerank', folder);
});

test('the lock of another host holds: nobody here can tell whether its process lives', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  // A process of this number that lives here would hold the lock, too.
  const pid = await deadPid();
  await writeLock(folder, JSON.stringify({ id: 'stale', pid, host: 'elsewhere', startTicks: '1' }));
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(3);
  expect(line).toContain(
    `Another export (process ${pid} on elsewhere) is writing to "${folder}"; the lock is "`,
  );
});

test('a folder in the place of the lock file is named, and left alone', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await mkdir(join(folder, LOCK, 'mine'), { recursive: true });
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(3);
  expect(line).toMatch(
    /lock" stands where the lock of an export goes and holds "holder\.json", which no export put there: move it away/,
  );
  expect(await readdir(join(folder, LOCK))).toEqual(['mine']);
});

test('while one export writes, another one of the same folder stops with 3', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ latencyMs: 30 });
  // One request at a time: the first must still be writing when the second has started.
  const pace = ['--page-size', '50', '--concurrency', '1'];
  const args = ['export', 'synthetic-pagerank-2000', '--out', folder, ...pace];
  const first = graph.start(...args);
  await vi.waitFor(() => readFile(join(folder, LOCK)), { timeout: 20_000, interval: 5 });
  const second = failureOf(await graph.run(...args));
  expect(second.exitCode).toBe(3);
  expect(second.line).toContain(`Another export (process ${first.child.pid}) is writing to "${folder}"`);
  expect((await first.ended).exitCode).toBe(0);
  expect((await graph.run('verify', folder)).exitCode).toBe(0);
});

test('of several exports that begin at once exactly one works, also over a stale lock', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ latencyMs: 40 });
  await writeLock(
    folder,
    JSON.stringify({ id: 'stale', pid: await deadPid(), host: hostname(), startTicks: '1' }),
  );
  const args = [
    'export',
    'synthetic-pagerank-2000',
    '--out',
    folder,
    '--page-size',
    '50',
    '--concurrency',
    '1',
  ];
  const results = await Promise.all(Array.from({ length: 4 }, () => graph.run(...args)));
  const codes = results.map((result) => result.exitCode).sort();
  expect(codes).toEqual([0, 3, 3, 3]);
  expect((await graph.run('verify', folder)).exitCode).toBe(0);
});
