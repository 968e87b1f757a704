// Damages what a killed export left: the next run resumes to the same bytes, or refuses; never anything else.
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { difference, hashFolder, isCleanFailure, sayEnd } from '../harness.mjs';

const CHECKPOINT = '.ges-export/checkpoint.json';

const HARMS = {
  'cut off': (path, dice) => truncateSync(path, dice.int(0, Math.max(0, readFileSync(path).length - 1))),
  emptied: (path) => truncateSync(path, 0),
  lengthened: (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')])),
  altered(path, dice) {
    const bytes = readFileSync(path);
    if (bytes.length === 0) return;
    bytes[dice.int(0, bytes.length - 1)] ^= 1 << dice.int(0, 7);
    writeFileSync(path, bytes);
  },
  removed: (path) => rmSync(path),
  'replaced by a link to a copy'(path) {
    const elsewhere = `${path}.elsewhere`;
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
  },
  'replaced by a dangling link'(path) {
    rmSync(path);
    symlinkSync(`${path}.nowhere`, path);
  },
  'replaced by a folder'(path) {
    rmSync(path);
    mkdirSync(path);
  },
  'linked from elsewhere': (path) => linkSync(path, `${path}.twin`),
};

/** A checkpoint is read through a link. */
const CHECKPOINT_HARMS = [
  'cut off',
  'emptied',
  'lengthened',
  'altered',
  'removed',
  'replaced by a folder',
  'replaced by a dangling link',
];

export function damages({ bench, drawExport, whole, faulty }) {
  return async (dice) => {
    const setting = drawExport(dice);
    const expected = await whole(setting);
    const out = bench.newFolder();
    const killAt = dice.int(Math.ceil(expected.steps / 4), expected.steps);
    const command = [...setting.args, ...setting.manner, '--out', out];
    await bench.run(command, faulty(out, { killAt }));
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('lock'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => /part-|checkpoint\.json$/.test(path));
    if (files.length === 0) return 'skipped';
    const path = dice.of(files);
    const name = dice.of(path.endsWith(CHECKPOINT) ? CHECKPOINT_HARMS : Object.keys(HARMS));
    const before = readFileSync(path);
    HARMS[name](path, dice);
    const what = `${setting.args.join(' ')}, killed at step ${killAt}, ${path.slice(out.length + 1)} ${name}`;

    const result = await bench.run(command);
    if (result.exitCode !== 0) {
      // 2: it does not fit the checkpoint; 5: a finished export has lost it.
      if (![1, 2, 5].includes(result.exitCode) || !isCleanFailure(result))
        return `${what}: ${sayEnd(result)}`;
      const forced = await bench.run([...command, '--force']);
      if (forced.exitCode !== 0 && name !== 'replaced by a folder')
        return `${what}, then --force: ${sayEnd(forced)}`;
      return null;
    }
    // What no checkpoint speaks of yet is begun anew: in a file of the export's own, not behind a link.
    const copy = `${path}.elsewhere`;
    if (existsSync(copy) && !readFileSync(copy).equals(before))
      return `${what}: the link was written through`;
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return `${what}: it was accepted`;
    // What the harm itself left beside is not the command's.
    for (const twin of ['.elsewhere', '.twin']) rmSync(`${path}${twin}`, { force: true });
    const found = await hashFolder(out);
    const problem = difference(expected.hashes, found);
    // A finished export is looked at for sizes only: bytes that changed since are what `verify` finds.
    const isFinished = problem !== null && /has other bytes$/.test(problem) && name === 'altered';
    if (isFinished && (await bench.verify(out)).exitCode === 5) return null;
    return problem && `${what}: ${problem}`;
  };
}
