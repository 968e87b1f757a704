import { createCipheriv, createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type OutputPlace, removeParts } from '../../src/destination/output-place.js';
import type { CommittedPart, PartDigest } from '../../src/destination/part-writer.js';

/** What the tests need of a kind of place. */
export interface PlaceKind {
  /** A place of its own for each name, which nobody else uses; the same name gives the same place again. */
  open(name: string): Promise<OutputPlace>;
}

const MIB = 1024 * 1024;

/** Bytes that repeat nowhere, so that a piece in the wrong place is seen. */
function bytesOf(seed: string, length: number): Buffer {
  const key = createHash('md5').update(seed).digest();
  return createCipheriv('aes-128-ctr', key, key).update(Buffer.alloc(length));
}

function digestOf(...pieces: readonly Buffer[]): PartDigest {
  const all = Buffer.concat(pieces);
  return { bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') };
}

async function contentOf(place: OutputPlace, path: string): Promise<Buffer | null> {
  const file = await place.openFile(path);
  return file === null ? null : buffer(Readable.from(file.read()));
}

function withPath(path: string, digest: PartDigest): CommittedPart {
  return { path, ...digest };
}

/** What every place promises (`OutputPlace`), whatever lies behind it. */
export function placeContract(name: string, kind: PlaceKind): void {
  const PART = 'ranks/part-00000.csv';

  describe(name, () => {
    test('a small file is there when it was saved, replaced when saved again, and gone when removed', async () => {
      const place = await kind.open('small');
      const unlock = await place.lock();
      expect(await place.loadText('manifest.json')).toBeNull();
      await place.saveText('manifest.json', '{"北京":1}');
      await place.saveText('_SUCCESS', '');
      expect(await place.loadText('manifest.json')).toBe('{"北京":1}');
      expect(await place.loadText('_SUCCESS')).toBe('');
      await place.saveText('manifest.json', 'new');
      expect(await place.loadText('manifest.json')).toBe('new');
      await place.remove('manifest.json');
      await place.remove('manifest.json');
      expect(await place.loadText('manifest.json')).toBeNull();
      await unlock();
      await place.close();
    });

    test('a file is made under a free name only, and never in pieces', async () => {
      const place = await kind.open('made');
      const unlock = await place.lock();
      expect(await place.createText('log/1.json', '{"北京":1}')).toBe(true);
      expect(await place.createText('log/1.json', 'another')).toBe(false);
      expect(await place.loadText('log/1.json')).toBe('{"北京":1}');
      expect(await place.createText('log/2.avro', Buffer.from([0, 255, 128]))).toBe(true);
      expect(await contentOf(place, 'log/2.avro')).toEqual(Buffer.from([0, 255, 128]));
      expect([...(await place.listNames('log'))].sort()).toEqual(['1.json', '2.avro']);
      await unlock();
      await place.close();
    });

    test('a name points to a folder, then to another one; what is no such name is not read as one', async () => {
      const place = await kind.open('pointer');
      const unlock = await place.lock();
      expect(await place.loadPointer('latest')).toBeNull();
      await place.savePointer('latest', 'day=10%3A30');
      expect(await place.loadPointer('latest')).toBe('day=10%3A30');
      await place.savePointer('latest', '北京');
      expect(await place.loadPointer('latest')).toBe('北京');
      await place.saveText('taken', 'some text');
      await expect(place.loadPointer('taken')).rejects.toMatchObject({ code: 'OUTPUT_OCCUPIED' });
      await unlock();
      await place.close();
    });

    test('an export that is gathered with others has its documents apart from its parts', async () => {
      const id = '0123456789abcdef0123456789abcdef';
      const root = await kind.open('gathering');
      const place = await kind.open(`gathering/_exports/${id}`);
      expect([root.partsRoot, place.partsRoot]).toEqual([null, '../..']);
      const unlock = await place.lock();
      const path = `ranks/${id}/part-00000.csv`;
      const part = await place.createPart(path);
      await part.write([Buffer.from('a')]);
      const digest = await part.finish();
      await place.saveCheckpoint('saved');
      await place.saveText('manifest.json', '{}');
      await part.close();
      expect((await place.loadCheckpoint())?.text).toBe('saved');
      expect(await contentOf(place, path)).toEqual(Buffer.from('a'));
      expect(await contentOf(root, path)).toEqual(Buffer.from('a'));
      expect(await root.loadText(`_exports/${id}/manifest.json`)).toBe('{}');
      expect(await root.loadText('manifest.json')).toBeNull();
      expect(await place.listFolders()).toEqual([`ranks/${id}`]);
      await place.checkPart({ path, ...digest });
      await removeParts(place, `ranks/${id}`, new Set());
      expect(await place.openFile(path)).toBeNull();
      expect(place.ownsFolder(`ranks/${id}`)).toBe(true);
      for (const folder of [
        id,
        `../${id}`,
        `./${id}`,
        `/${id}`,
        `ranks/${id}/x`,
        `ranks/${'f'.repeat(32)}`,
        'ranks',
      ])
        expect(place.ownsFolder(folder), folder).toBe(false);
      for (const folder of ['..', 'a/b', `ranks/${id}`, 'a\\b'])
        expect(root.ownsFolder(folder), folder).toBe(false);
      await unlock();
      await place.close();
      await root.close();
    });

    test('parts in partitions are found with the table, whole and in progress, and removed with their folders', async () => {
      const place = await kind.open('partitions');
      const unlock = await place.lock();
      const paths = ['a=Austin, TX', 'a=10%3A30 100%25', 'a=北京/b=__HIVE_DEFAULT_PARTITION__'].map(
        (name) => `ranks/${name}/part-00000.csv`,
      );
      for (const path of paths) {
        const part = await place.createPart(path);
        await part.write([bytesOf(path, 6 * MIB)]);
        if (path === paths[0]) await part.finish();
        else await part.commit();
        await place.saveCheckpoint('{}');
        await part.close();
      }
      const found = async () =>
        (await place.listParts('ranks')).map(({ path, isOpen }) => [path, isOpen] as const).sort();
      expect(await found()).toEqual(paths.map((path) => [path, path !== paths[0]] as const).sort());
      expect((await contentOf(place, paths[0] ?? ''))?.equals(bytesOf(paths[0] ?? '', 6 * MIB))).toBe(true);
      await removeParts(place, 'ranks', new Set([paths[0] ?? '']));
      expect(await found()).toEqual([[paths[0], false]]);
      expect(await place.listNames('ranks')).toEqual(['a=Austin, TX']);
      await removeParts(place, 'ranks', new Set());
      expect(await place.listNames('ranks')).toEqual([]);
      await place.removeCheckpoint();
      await unlock();
      await place.close();
    });

    test('one holder at a time; the next one after it', async () => {
      const first = await kind.open('locked');
      const second = await kind.open('locked');
      const unlock = await first.lock();
      await expect(second.lock()).rejects.toMatchObject({ code: 'OUTPUT_LOCKED' });
      await unlock();
      await (await second.lock())();
      await first.close();
      await second.close();
    });

    test.for([
      ['of no bytes', [0]],
      ['of a few bytes', [10]],
      ['of one buffer exactly', [5 * MIB]],
      ['of many pieces over several buffers', [3 * MIB, 1, 4 * MIB, 6 * MIB + 7]],
    ] as const)('a part %s is whole when it appears', async ([what, sizes]) => {
      const place = await kind.open(`part ${what}`);
      const unlock = await place.lock();
      await place.saveCheckpoint('begun');
      const pieces = sizes.map((size, index) => bytesOf(`${what}${index}`, size));
      const part = await place.createPart(PART);
      for (const piece of pieces) {
        await part.write([piece]);
        expect(await contentOf(place, PART)).toBeNull();
      }
      const digest = await part.finish();
      expect(digest).toEqual(digestOf(...pieces));
      await place.saveCheckpoint('finished');
      expect((await contentOf(place, PART))?.equals(Buffer.concat(pieces))).toBe(true);
      await place.checkPart(withPath(PART, digest));
      expect(await place.listParts('ranks')).toMatchObject([{ path: PART, isOpen: false }]);
      await part.close();
      await unlock();
      await place.close();
    });

    test.for([
      ['before any byte left', [1000], 2000],
      ['in the second buffer', [4 * MIB, 3 * MIB], 9 * MIB],
      ['at the end of a buffer', [5 * MIB, 5 * MIB], 100],
    ] as const)(
      'a part that was stopped %s goes on after its last commit',
      async ([what, committed, rest]) => {
        const before = committed.map((size, index) => bytesOf(`${what}${index}`, size));
        const after = bytesOf(`${what}rest`, rest);
        const name = `stopped ${what}`;
        const first = await kind.open(name);
        const unlock = await first.lock();
        await first.saveCheckpoint('0');
        const part = await first.createPart(PART);
        let digest = digestOf();
        for (const [index, piece] of before.entries()) {
          await part.write([piece]);
          digest = await part.commit();
          await first.saveCheckpoint(`${index + 1}`);
        }
        expect(digest).toEqual(digestOf(...before));
        // Of these nothing may stay, though some of them have reached the place.
        await part.write([bytesOf('never committed', 6 * MIB)]);
        await part.close();
        await unlock();

        const second = await kind.open(name);
        const unlockSecond = await second.lock();
        expect((await second.loadCheckpoint())?.text).toBe(String(before.length));
        await removeParts(second, 'ranks', new Set([PART]));
        const resumed = await second.resumePart(withPath(PART, digest));
        await resumed.write([after]);
        const end = await resumed.finish();
        expect(end).toEqual(digestOf(...before, after));
        await second.saveCheckpoint('end');
        expect((await contentOf(second, PART))?.equals(Buffer.concat([...before, after]))).toBe(true);
        await second.removeCheckpoint();
        expect(await second.loadCheckpoint()).toBeNull();
        expect(await second.listParts('ranks')).toHaveLength(1);
        await unlockSecond();
        await first.close();
        await second.close();
      },
    );

    test('a part whose committed bytes are not those of the checkpoint is refused', async () => {
      const first = await kind.open('altered');
      const unlock = await first.lock();
      const part = await first.createPart(PART);
      await part.write([bytesOf('altered', 6 * MIB)]);
      const digest = await part.commit();
      await first.saveCheckpoint('1');
      await part.close();
      await unlock();
      const second = await kind.open('altered');
      await second.loadCheckpoint();
      await expect(
        second.resumePart(withPath(PART, { ...digest, sha256: digest.sha256.replace(/./g, '0') })),
      ).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
      await first.close();
      await second.close();
    });

    test('a finished part of another length, or none, is refused', async () => {
      const place = await kind.open('length');
      const unlock = await place.lock();
      const part = await place.createPart(PART);
      await part.write([bytesOf('length', 100)]);
      const digest = await part.finish();
      await place.saveCheckpoint('1');
      await expect(
        place.checkPart(withPath(PART, { ...digest, bytes: digest.bytes + 1 })),
      ).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
      await expect(place.checkPart(withPath('ranks/part-00001.csv', digest))).rejects.toMatchObject({
        code: 'CHECKPOINT_INVALID',
      });
      await unlock();
      await place.close();
    });

    test('parts that are not kept are removed, finished or in progress; other files stay', async () => {
      const place = await kind.open('removed');
      const unlock = await place.lock();
      for (const number of [0, 1, 2]) {
        const part = await place.createPart(`ranks/part-0000${number}.csv`);
        await part.write([bytesOf(`removed${number}`, 6 * MIB)]);
        if (number < 2) await part.finish();
        else await part.commit();
        await place.saveCheckpoint(`${number}`);
        await part.close();
      }
      await place.saveText('ranks/notes.txt', 'mine');
      expect((await place.listParts('ranks')).map(({ path, isOpen }) => `${path} ${isOpen}`).sort()).toEqual([
        'ranks/part-00000.csv false',
        'ranks/part-00001.csv false',
        'ranks/part-00002.csv true',
      ]);
      await removeParts(place, 'ranks', new Set(['ranks/part-00001.csv']));
      expect((await place.listParts('ranks')).map(({ path }) => path)).toEqual(['ranks/part-00001.csv']);
      await removeParts(place, 'ranks', new Set());
      expect(await place.listParts('ranks')).toEqual([]);
      expect(await place.loadText('ranks/notes.txt')).toBe('mine');
      expect(await place.listParts('elsewhere')).toEqual([]);
      expect(await place.listFolders()).toContain('ranks');
      await unlock();
      await place.close();
    });

    test('a checkpoint that begins again disowns the parts; they are still to be removed', async () => {
      const first = await kind.open('disowned');
      const unlock = await first.lock();
      for (const number of [0, 1]) {
        const part = await first.createPart(`ranks/part-0000${number}.csv`);
        await part.write([bytesOf(`disowned${number}`, 6 * MIB)]);
        if (number === 0) await part.finish();
        else await part.commit();
        await first.saveCheckpoint(`${number}`);
        await part.close();
      }
      await first.restartCheckpoint('again');
      await unlock();
      const second = await kind.open('disowned');
      expect((await second.loadCheckpoint())?.text).toBe('again');
      await removeParts(second, 'ranks', new Set());
      // Nothing of the first attempt comes back with a later checkpoint.
      const unlockSecond = await second.lock();
      await second.saveCheckpoint('on');
      expect(await second.listParts('ranks')).toEqual([]);
      await unlockSecond();
      await first.close();
      await second.close();
    });

    test('the names in a folder are those that a reader finds', async () => {
      const place = await kind.open('names');
      const unlock = await place.lock();
      const part = await place.createPart(PART);
      await part.write([bytesOf('names', 100)]);
      await part.finish();
      await place.saveCheckpoint('1');
      await place.saveText('ranks/notes.txt', 'mine');
      expect([...(await place.listNames('ranks'))].sort()).toEqual(['notes.txt', 'part-00000.csv']);
      expect(await place.listNames('elsewhere')).toEqual([]);
      await unlock();
      await place.close();
    });

    test('a range of a file', async () => {
      const place = await kind.open('range');
      const unlock = await place.lock();
      await place.saveText('manifest.json', '0123456789');
      const file = await place.openFile('manifest.json');
      if (file === null) throw new Error('it was saved');
      expect(file.bytes).toBe(10);
      expect((await buffer(Readable.from(file.read(3, 7)))).toString()).toBe('3456');
      expect(await buffer(Readable.from(file.read(4, 4)))).toHaveLength(0);
      await unlock();
      await place.close();
    });
  });
}
