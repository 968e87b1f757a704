// Fills a small disk: exit code 3, and with room again the same bytes. Where no file system can be mounted, the case
// is skipped, and said so once.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { difference, hashFolder, isCleanFailure, sayEnd } from '../harness.mjs';

let isSkipped = false;

export function fullDisks({ bench, drawExport, whole }) {
  return async (dice) => {
    const setting = drawExport(dice);
    const disk = bench.newFolder();
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${dice.int(1, 20) * 4}k`, 'tmpfs', disk], {
        stdio: 'ignore',
      });
    } catch {
      if (!isSkipped) console.log('skipped: full disks, this user cannot mount a file system');
      isSkipped = true;
      return 'skipped';
    }
    try {
      const expected = await whole(setting);
      const command = [...setting.args, ...setting.manner, '--out', `${disk}/out`];
      const full = await bench.run(command);
      const what = `${setting.args.join(' ')} on a small disk`;
      if (full.exitCode !== 0 && (full.exitCode !== 3 || !isCleanFailure(full)))
        return `${what}: ${sayEnd(full)}`;
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const resumed = await bench.run(command);
      if (resumed.exitCode !== 0) return `${what}, then room: ${sayEnd(resumed)}`;
      const problem = difference(expected.hashes, await hashFolder(`${disk}/out`));
      return problem && `${what}: ${problem}`;
    } finally {
      execFileSync('umount', [disk]);
      rmdirSync(disk);
    }
  };
}
