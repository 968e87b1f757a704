import { type FileHandle, mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openPlace } from '../../src/destination/open-place.js';
import { placeContract } from './place-contract.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ges-export-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

placeContract('a folder', { open: (name) => openPlace(join(root, name), { maxAttempts: 1 }) });

/** Runs `work` and tells which of the folders were made durable meanwhile. */
async function syncedIn(
  folders: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const names = new Map<number, string>();
  for (const folder of folders) names.set((await stat(folder)).ino, folder);
  const handle = await open(root, 'r');
  const sync = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
  await handle.close();
  const synced: Promise<{ ino: number }>[] = [];
  sync.mockImplementation(async function (this: FileHandle) {
    synced.push(this.stat());
    await this.datasync();
  });
  try {
    await work();
  } finally {
    sync.mockRestore();
  }
  const found = new Set((await Promise.all(synced)).map(({ ino }) => names.get(ino)));
  return folders.filter((folder) => found.has(folder));
}

test('what a run that was killed has made is made durable by the next one', async () => {
  const above = join(root, 'above');
  const out = join(above, 'out');
  await mkdir(out, { recursive: true });
  const place = await openPlace(out, { maxAttempts: 1 });
  expect(await syncedIn([above, out], async () => (await place.lock())())).toEqual([above, out]);
  const below = join(out, '_delta_log');
  await mkdir(below);
  expect(await syncedIn([out], () => place.createText('_delta_log/0.json', ''))).toEqual([out]);
  expect(await syncedIn([below], () => place.settle('_delta_log'))).toEqual([below]);
});

test('what is removed does not come back', async () => {
  const out = join(root, 'removed');
  const place = await openPlace(out, { maxAttempts: 1 });
  await place.saveText('_SUCCESS', '');
  expect(await syncedIn([out], () => place.remove('_SUCCESS'))).toEqual([out]);
});

test('a checkpoint goes with what a save of it that was cut off has left', async () => {
  const out = join(root, 'cut');
  const place = await openPlace(out, { maxAttempts: 1 });
  await place.saveText('.ges-export/.checkpoint.json.tmp', '{"version"');
  await place.removeCheckpoint();
  expect(await place.listNames('.ges-export')).toEqual([]);
});
