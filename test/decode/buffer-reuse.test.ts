import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BufferPool } from '../../src/decode/reference/buffer-pool.js';
import { decode, recordTexts } from './decode-text.js';

test('memory goes round, and no page that is still held is ever written over', async () => {
  const step = fc.record({
    records: fc.integer({ min: 0, max: 4000 }),
    width: fc.integer({ min: 0, max: 60 }),
    release: fc.option(fc.nat(), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      const pool = new BufferPool();
      const held: { texts: string[]; body: Awaited<ReturnType<typeof decode>> }[] = [];
      for (const [page, { records, width, release }] of steps.entries()) {
        const texts = Array.from({ length: records }, (_, i) => `"${page}-${i}${'x'.repeat(width)}"`);
        const body = await decode(`{"rows":[${texts.join(',')}]}`, { pool });
        held.push({ texts, body });
        for (const page of held) expect(recordTexts(page.body.lists[0])).toEqual(page.texts);
        if (release === undefined) continue;
        const [gone] = held.splice(release % held.length, 1);
        gone?.body.release();
      }
    }),
    { numRuns: 40 },
  );
});

test('a page of the same size takes the memory of the one that was released', () => {
  const pool = new BufferPool();
  const first = pool.take();
  pool.give(first, 50_000);
  expect(pool.take()).toBe(first);
  expect(pool.take()).not.toBe(first);
});

test('memory far larger than the pages need is let go', () => {
  const pool = new BufferPool();
  const huge = pool.grow(pool.take(), 0, 10_000_000);
  pool.give(huge, 1000);
  expect(pool.take()).not.toBe(huge);
});

test('a text read twice is released once', async () => {
  const pool = new BufferPool();
  const gone = await decode('{"rows":["gone"]}', { pool });
  gone.release();
  gone.release();
  const one = await decode('{"rows":["one"]}', { pool });
  const two = await decode('{"rows":["two"]}', { pool });
  expect([recordTexts(one.lists[0]), recordTexts(two.lists[0])]).toEqual([['"one"'], ['"two"']]);
});
