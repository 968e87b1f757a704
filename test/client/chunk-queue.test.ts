import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkQueue } from '../../src/client/chunk-queue.js';

const KIB = 1024;

/** A source that writes down what it is told. */
function openQueue() {
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const queue = new ChunkQueue({ pause: tell('pause'), resume: tell('resume'), leave: tell('leave') });
  return { queue, told };
}

async function read(queue: ChunkQueue): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of queue) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces);
}

test('whatever the order of pushes and reads, the reader gets all bytes in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      fc.scheduler(),
      async (pieces, s) => {
        const { queue } = openQueue();
        const reading = read(queue);
        const pushes = pieces.map((piece, index) => ({
          builder: async () => queue.push(Buffer.from(piece)),
          label: `push ${index}`,
        }));
        s.scheduleSequence([...pushes, { builder: async () => queue.end(), label: 'end' }]);
        await s.waitAll();
        expect(await reading).toEqual(Buffer.concat(pieces));
      },
    ),
  );
});

test('a source that is faster than its reader is held back, and let go when half is read', async () => {
  const { queue, told } = openQueue();
  for (let i = 0; i < 12; i++) queue.push(Buffer.alloc(64 * KIB, i));
  expect(told, 'once, although chunks came after it').toEqual(['pause']);
  for (let i = 0; i < 7; i++) await queue.next();
  expect(told).toEqual(['pause']);
  await queue.next();
  expect(told, '256 KiB are left').toEqual(['pause', 'resume']);
  queue.end();
  expect((await read(queue)).length).toBe(4 * 64 * KIB);
});

test('a failure comes at once, to a reader that waits and to one that comes later', async () => {
  const waiting = openQueue();
  const next = expect(waiting.queue.next()).rejects.toThrow('cut');
  waiting.queue.fail(new Error('cut'));
  await next;

  const late = openQueue();
  late.queue.push(Buffer.from('begun'));
  late.queue.fail(new Error('cut'));
  late.queue.end();
  await expect(read(late.queue)).rejects.toThrow('cut');
  await expect(late.queue.next()).rejects.toThrow('cut');
});

test('a reader that leaves tells the source, once, and not after the end', async () => {
  const early = openQueue();
  early.queue.push(Buffer.from('a'));
  early.queue.push(Buffer.from('b'));
  for await (const chunk of early.queue) {
    expect(chunk.toString()).toBe('a');
    break;
  }
  early.queue.push(Buffer.from('c'));
  expect(await early.queue.next()).toEqual({ done: true, value: undefined });
  await early.queue.return();
  expect(early.told).toEqual(['leave']);

  const late = openQueue();
  late.queue.push(Buffer.from('a'));
  late.queue.end();
  await read(late.queue);
  await late.queue.return();
  expect(late.told).toEqual([]);
});

test('the memory of a chunk is given back when the next one is asked for, unless it is needed', async () => {
  const { provideTransfer } = await import('../../src/cli/memory-keeper.js');
  provideTransfer();
  for (const keepsMemory of [false, true]) {
    const { queue } = openQueue();
    queue.keepsMemory = keepsMemory;
    const memory = new ArrayBuffer(64 * KIB);
    const other = new ArrayBuffer(64 * KIB);
    queue.push(Buffer.from(memory, 0, 32 * KIB));
    queue.push(Buffer.from(memory, 32 * KIB));
    queue.push(Buffer.from(other));
    await queue.next();
    await queue.next();
    expect(memory.byteLength, 'two chunks may stand in one piece of memory').toBe(64 * KIB);
    await queue.next();
    expect(memory.byteLength).toBe(keepsMemory ? 64 * KIB : 0);
    expect(other.byteLength).toBe(64 * KIB);
  }
});
