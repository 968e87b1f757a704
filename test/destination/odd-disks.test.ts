import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { failureOf, hashParts, hashTree, test } from '../cli/export-test.js';
import { startCommand } from '../cli/run-command.js';

/** Makes a folder that nothing can be written to, for root too where root may mount. */
function makeReadOnly(folder: string): boolean {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    return true;
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  return true;
}

test('a folder that cannot be written to ends with 1 and one line', async ({ openGraph, skip }) => {
  const out = mkdtempSync(join(tmpdir(), 'ges-export-ro-'));
  onTestFinished(() => rmdirSync(out));
  if (!makeReadOnly(out)) return skip('this user cannot mount a file system');
  const graph = await openGraph();
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', out));
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^Cannot create ".*": (EROFS|EACCES|EPERM)\. Check the folder and its permissions$/);
});

test('a disk without hard links is written to like any other', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const preload = join(folder, 'no-links.mjs');
  writeFileSync(
    preload,
    `import { promises } from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     promises.link = async () => { throw Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'link' }); };
     syncBuiltinESMExports();`,
  );
  mkdirSync(join(folder, 'out'));
  const env = { ...graph.env, NODE_OPTIONS: `--import ${pathToFileURL(preload)}` };
  const run = (...args: string[]) =>
    startCommand(['export', 'pagerank', '--out', join(folder, 'out'), ...args], { env }).ended;
  const results = await Promise.all([run(), run(), run()]);
  // Those that came late find it complete.
  expect(results.map(({ exitCode }) => exitCode)).toContain(0);
  expect(results.every(({ exitCode }) => exitCode === 0 || exitCode === 3)).toBe(true);
  await graph.export('pagerank', join(folder, 'whole'));
  expect(await hashParts(join(folder, 'out'))).toEqual(await hashParts(join(folder, 'whole')));
  expect(Object.keys(await hashTree(join(folder, 'out'))).sort()).toEqual([
    '_SUCCESS',
    'manifest.json',
    'pagerank/part-00000.csv',
  ]);
});
