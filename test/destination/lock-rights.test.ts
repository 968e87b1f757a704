import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockOutput } from '../../src/destination/output-lock.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ges-export-lock-'));
});
afterEach(() => rm(root, { recursive: true }));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'close');
  return child.pid ?? 0;
}

/** What a process of this host would have left under a name. */
async function leave(name: string, id: string, pid: number): Promise<void> {
  await mkdir(join(root, '.ges-export', name), { recursive: true });
  const holder = { id, pid, host: hostname(), startTicks: '1' };
  await writeFile(join(root, '.ges-export', name, 'holder.json'), JSON.stringify(holder));
}

const left = () => readdir(join(root, '.ges-export'));

test('two exports of one folder in one process: the second is told so', async () => {
  const unlock = await lockOutput(root);
  await expect(lockOutput(root)).rejects.toMatchObject({
    code: 'OUTPUT_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await unlock();
  await (await lockOutput(root))();
  expect(await left()).toEqual([]);
});

test.each([
  ['a free folder', async () => {}],
  ['a stale lock', async (pid: number) => leave('lock', 'x', pid)],
  [
    'a stale lock whose remover died too',
    async (pid: number) => {
      await leave('lock', 'x', pid);
      await leave('right-x', 'y', pid);
    },
  ],
  [
    'a stale lock, its dead remover, and the dead remover of that',
    async (pid: number) => {
      await leave('lock', 'x', pid);
      await leave('right-x', 'y', pid);
      await leave('right-y', 'z', pid);
    },
  ],
  [
    'a lock that a power cut has emptied',
    async () => void (await mkdir(join(root, '.ges-export/lock'), { recursive: true })),
  ],
] as const)('of twelve that want %s at once, never two have it, and one gets it', async (_, prepare) => {
  await prepare(await deadPid());
  let holders = 0;
  let most = 0;
  let won = 0;
  const contend = async () => {
    await sleep(Math.random() * 5);
    try {
      const unlock = await lockOutput(root);
      won++;
      most = Math.max(most, ++holders);
      await sleep(20);
      holders--;
      await unlock();
    } catch (error) {
      expect(error).toMatchObject({ code: 'OUTPUT_LOCKED' });
    }
  };
  await Promise.all(Array.from({ length: 12 }, contend));
  expect(most).toBe(1);
  expect(won).toBeGreaterThanOrEqual(1);
  await (await lockOutput(root))();
  expect(await left()).toEqual([]);
});

test('what processes left that were killed in between is swept away', async () => {
  const pid = await deadPid();
  await leave('claim-a', 'a', pid);
  await leave('right-b', 'c', pid);
  await leave('gone-d', 'd', pid);
  await mkdir(join(root, '.ges-export/claim-torn'));
  await leave('claim-living', 'e', process.ppid);
  await writeFile(
    join(root, '.ges-export/claim-living/holder.json'),
    JSON.stringify({ id: 'e', pid: process.ppid, host: hostname(), startTicks: '' }),
  );
  await writeFile(join(root, '.ges-export/checkpoint.json'), '{}');
  const unlock = await lockOutput(root);
  expect((await left()).sort()).toEqual(['checkpoint.json', 'claim-living', 'lock']);
  await unlock();
});
