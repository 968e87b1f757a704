import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect } from 'vitest';
import { openLocalFile } from '../src/destination/local-file.js';
import type { FileThread } from '../src/file-thread.js';
import type { PartFile } from '../src/model.js';
import { readContent } from '../src/verify/file-content.js';
import { test as base } from './cli/export-test.js';
import { COMMAND } from './cli/run-command.js';

interface Fixtures {
  /** Of the folder that belongs to the test. */
  readonly thread: FileThread;
}

let openThread: (folder: string) => FileThread;

/** Threads run no TypeScript: these tests are about the build. */
beforeAll(async () => {
  if (!existsSync(COMMAND)) throw new Error('There is no build to test: run "npm run build" first');
  const built = (await import(join(COMMAND, '../../file-thread.js'))) as { FileThread: typeof FileThread };
  openThread = (folder) => new built.FileThread(folder);
});

const test = base.extend<Fixtures>({
  thread: async ({ folder }, use) => {
    const thread = openThread(folder);
    await use(thread);
    await thread.close();
  },
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

describe('the hash', () => {
  test('is that of all pieces so far, whatever memory they are in', async ({ thread }) => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 4 }), fc.boolean(), async (updates, isShared) => {
        const hash = thread.newHash();
        const all: Uint8Array[] = [];
        for (const update of updates) {
          await hash.update(update.map((piece) => (isShared ? shared(piece) : piece)));
          all.push(...update);
          expect(await hash.digest()).toBe(sha256(Buffer.concat(all)));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("is each part's own, also of views into one buffer", async ({ thread }) => {
    const buffer = Buffer.from('abcdefgh'.repeat(1000));
    const [first, second] = [thread.newHash(), thread.newHash()];
    await Promise.all([
      first.update([buffer.subarray(0, 4000)]),
      second.update([buffer.subarray(4000, 7000)]),
    ]);
    expect(await first.digest()).toBe(sha256(buffer.subarray(0, 4000)));
    expect(await second.digest()).toBe(sha256(buffer.subarray(4000, 7000)));
  });

  test('takes megabytes in turns', async ({ thread }) => {
    const bytes = shared(Buffer.alloc(9_000_001, 'x'));
    const hash = thread.newHash();
    await hash.update([bytes.subarray(0, 5_000_000), bytes.subarray(5_000_000)]);
    expect(await hash.digest()).toBe(sha256(Buffer.alloc(9_000_001, 'x')));
  });

  test('fails when the thread has ended, also what was asked for before', async ({ thread }) => {
    const hash = thread.newHash();
    const asked = hash.update([Buffer.alloc(8_000_000)]);
    const settled = expect(asked).rejects.toThrow('The thread that hashes files is closed');
    await thread.close();
    await settled;
    await expect(hash.digest()).rejects.toThrow('The thread that hashes files is closed');
  });
});

const TEXT = 'id,name\n1,"two\nlines"\n2,x\n';

describe('what is in a finished part', () => {
  const part = (path: string): PartFile => ({
    path,
    rows: 0,
    bytes: 0,
    sha256: '',
    firstOffset: 0,
    endOffset: 0,
  });

  async function reopen(folder: string, path: string) {
    const file = await openLocalFile(folder, path);
    if (file === null) throw new Error(`"${path}" is not there`);
    return file;
  }

  test.for([
    ['t/part-00000.csv', Buffer.from(TEXT)],
    ['t/part-00000.csv.gz', gzipSync(TEXT)],
    ['t/part-00000.ndjson', Buffer.from('{}\n{}\n')],
  ] as const)('is read by the thread: %s', async ([path, bytes], { folder, thread }) => {
    mkdirSync(join(folder, 't'));
    writeFileSync(join(folder, path), bytes);
    thread.finished(part(path));
    const file = await reopen(folder, path);
    const unread = { ...file, read: refuse, scan: refuse };
    expect(await thread.contentOf(unread)).toMatchObject({ sha256: sha256(bytes), rows: 2 });
  });

  test.for([
    ['altered', (path: string) => writeFileSync(path, TEXT.replace('x', 'y'))],
    ['longer', (path: string) => appendFileSync(path, '3,z\n')],
    [
      'replaced by another of the same time',
      (path: string) => {
        writeFileSync(`${path}.new`, TEXT.replace('x', 'y'));
        utimesSync(`${path}.new`, 1, 1);
        utimesSync(path, 1, 1);
        renameSync(`${path}.new`, path);
      },
    ],
  ] as const)('is read again where the file was %s meanwhile', async ([, change], { folder, thread }) => {
    const path = 'part-00000.csv';
    writeFileSync(join(folder, path), TEXT);
    thread.finished(part(path));
    const before = await thread.contentOf(await reopen(folder, path));
    expect(before.sha256).toBe(sha256(Buffer.from(TEXT)));
    change(join(folder, path));
    const after = await thread.contentOf(await reopen(folder, path));
    expect(after.sha256).toBe(sha256(readFileSync(join(folder, path))));
    expect(after.sha256).not.toBe(before.sha256);
  });

  test.for([
    ['part-00000.csv', Buffer.from('id\n"open')],
    ['part-00000.parquet', Buffer.from('PAR1 and nothing else')],
    ['part-00000.ndjson.gz', gzipSync('{}\n'.repeat(100)).subarray(0, 20)],
  ] as const)(
    'is what this thread says of it, where it is damaged: %s',
    async ([path, bytes], { folder, thread }) => {
      writeFileSync(join(folder, path), bytes);
      thread.finished(part(path));
      const file = await reopen(folder, path);
      expect(await thread.contentOf(file)).toEqual(await readContent(file));
    },
  );
});

function refuse(): never {
  throw new Error('This file was to be read by the thread');
}
