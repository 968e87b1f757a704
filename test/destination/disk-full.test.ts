import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { toSinkError } from '../../src/destination/fs-error.js';
import { failureOf, hashParts, hashTree, test } from '../cli/export-test.js';

/** A file system of so many kilobytes; null where this user may not mount one. */
function mountSmallDisk(kilobytes: number): string | null {
  const path = mkdtempSync(join(tmpdir(), 'ges-export-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmdirSync(path);
    return null;
  }
}

test('a full disk stops the export with 3; with room again it goes on', async ({
  folder,
  openGraph,
  skip,
}) => {
  const disk = mountSmallDisk(256);
  if (disk === null) return skip('this user cannot mount a file system');
  onTestFinished(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });
  const graph = await openGraph();
  const args = ['--page-size', '200', '--rows-per-file', '2000'];
  const job = 'synthetic-vertices-5000';
  await graph.export(job, folder, ...args);

  const out = join(disk, 'out');
  const full = failureOf(await graph.run('export', job, '--out', out, ...args));
  expect(full).toEqual({
    exitCode: 3,
    line: expect.stringMatching(
      /^Cannot \w+ ".*": no space left\. Free space, then run the same command again$/,
    ),
  });
  expect(Object.keys(await hashTree(out))).not.toContain('manifest.json');
  execFileSync('mount', ['-o', 'remount,size=8m', disk]);
  const resumed = await graph.run('export', job, '--out', out, ...args);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/^Resuming job/m);
  expect(await hashParts(out)).toEqual(await hashParts(folder));
});

test.skipIf(constants.errno.EDQUOT === undefined)(
  'a quota that is used up, which libuv has no name for, is a full disk',
  () => {
    const errno = -constants.errno.EDQUOT;
    const failure = Object.assign(new Error(), {
      code: `Unknown system error ${errno}`,
      errno,
      syscall: 'write',
    });
    expect(toSinkError(failure, 'write', 'part')).toMatchObject({ code: 'SINK_DISK_FULL' });
  },
);
