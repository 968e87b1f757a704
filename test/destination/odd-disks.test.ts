import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { failureOf, hashParts, hashTree, test } from '../cli/export-test.js';
import { COMMAND, startCommand } from '../cli/run-command.js';

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

test('a current folder that has been removed is named', async ({ folder, openGraph }) => {
  const { env } = await openGraph();
  const script = 'mkdir "$2" && cd "$2" && rmdir "$2" && exec "$0" "$1" export pagerank --out out';
  const args = ['-c', script, process.execPath, COMMAND, join(folder, 'gone')];
  const { status, stderr } = spawnSync('sh', args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    1,
    'ges-export: Cannot find "out": ENOENT. Check the folder and its permissions\n',
  ]);
});

test('a named pipe in the place of a document is refused, not waited for', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  unlinkSync(join(folder, 'manifest.json'));
  execFileSync('mkfifo', [join(folder, 'manifest.json')]);
  expect(failureOf(await graph.run('export', 'pagerank', '--out', folder)).exitCode).toBe(5);
  await graph.export('pagerank', folder, '--force');
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
