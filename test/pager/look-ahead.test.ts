import { setImmediate as tick } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readPages } from '../../src/pager/read-pages.js';
import { optionsFor, pagedResult } from './paged-result.js';

test('pages come in offset order and hold every record, whatever the latencies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(200),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      fc.infiniteStream(fc.nat({ max: 12 })),
      async (count, pageSize, boundary, concurrency, clamp, latencies) => {
        const result = pagedResult(count, {
          ...(clamp === undefined ? {} : { clamp }),
          latency: () => latencies.next().value,
        });
        const read: string[] = [];
        let next = 0;
        for await (const page of readPages(optionsFor(result, { pageSize, boundary, concurrency }))) {
          expect(page.window.offset).toBe(next);
          const held = page.answers.flatMap((answer) => [...answer.body]);
          expect(held).toHaveLength(page.window.limit);
          read.push(...held);
          next += page.window.limit;
        }
        expect(read).toEqual(result.records);
        expect(result.inFlight.most).toBeLessThanOrEqual(concurrency);
        expect(result.inFlight.now).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

/** Reads with a consumer that waits until nothing moves any more; gives the most windows held at once. */
async function mostHeld(changes: Parameters<typeof optionsFor>[1], count = 300): Promise<number> {
  const result = pagedResult(count);
  let most = 0;
  let done = 0;
  for await (const page of readPages(optionsFor(result, changes))) {
    for (let turn = 0; turn < 20; turn++) await tick();
    const started = new Set(result.asked.map((window) => window.offset)).size;
    most = Math.max(most, started - done);
    expect(page.window.offset).toBe(done * 10);
    done++;
  }
  expect(done).toBe(count / 10);
  return most;
}

test.each([1, 2, 4, 8])(
  'a slow consumer with concurrency %i never has more than that and one held',
  async (concurrency) => {
    expect(await mostHeld({ concurrency })).toBe(concurrency + 1);
  },
);

test('with room for the bytes of three windows, three are held', async () => {
  // Ten bytes a record, ten records a window.
  expect(await mostHeld({ concurrency: 8, maxHeldBytes: 300, recordBytes: 10 })).toBe(3);
  expect(await mostHeld({ concurrency: 8, maxHeldBytes: 399, recordBytes: 10 })).toBe(3);
  expect(await mostHeld({ concurrency: 8, maxHeldBytes: 400, recordBytes: 10 })).toBe(4);
});

test('two windows are held even where one is beyond the byte limit', async () => {
  expect(await mostHeld({ concurrency: 8, maxHeldBytes: 1, recordBytes: 10 })).toBe(2);
});

test.for([
  ['is far, which small requests tell', [50, 50, 50, 50], 5],
  ['is near', [1, 1, 1, 1], 2],
  ['is near, and some small requests had to wait', [90, 90, 1, 90], 2],
] as const)('more windows are held where the server %s', async ([, times, expected], { onTestFinished }) => {
  let now = 0;
  let turn = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const result = pagedResult(300);
  const probePage: typeof result.probePage = async (...asked) => {
    now += times[turn++ % times.length] ?? 0;
    return result.probePage(...asked);
  };
  let most = 0;
  let done = 0;
  // Not from the beginning: there is no small request before the second window.
  const limits = { concurrency: 8, maxHeldBytes: 200, maxHeldBytesFar: 500, recordBytes: 10 };
  for await (const _ of readPages(optionsFor({ ...result, probePage }, limits))) {
    for (let wait = 0; wait < 20; wait++) await tick();
    if (done > 10) most = Math.max(most, result.asked.length - done);
    done++;
  }
  expect(most).toBe(expected);
});

test('a first guess of the record size that was too low is corrected by the first page', async () => {
  const result = pagedResult(400);
  const started: number[] = [];
  let done = 0;
  for await (const _ of readPages(
    optionsFor(result, { concurrency: 8, maxHeldBytes: 300, recordBytes: 0.001 }),
  )) {
    for (let turn = 0; turn < 20; turn++) await tick();
    started.push(result.asked.length - done++);
  }
  expect(started[0]).toBe(9);
  expect(Math.max(...started.slice(10))).toBe(3);
});

test('a server that clamps its pages is asked again for the rest, and nothing is skipped', async () => {
  const result = pagedResult(95, { clamp: 3 });
  const windows: number[] = [];
  const read: string[] = [];
  for await (const page of readPages(optionsFor(result))) {
    windows.push(page.window.limit);
    read.push(...page.answers.flatMap((answer) => [...answer.body]));
  }
  expect(read).toEqual(result.records);
  expect(windows).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5]);
  expect(result.asked.filter((window) => window.offset < 10)).toEqual([
    { offset: 0, limit: 10 },
    { offset: 3, limit: 3 },
    { offset: 6, limit: 3 },
    { offset: 9, limit: 1 },
  ]);
});

test('a reader begun at a committed offset asks for nothing before it', async () => {
  const result = pagedResult(50);
  const offsets: number[] = [];
  for await (const page of readPages(optionsFor(result, { startOffset: 20 })))
    offsets.push(page.window.offset);
  expect(offsets).toEqual([20, 30, 40]);
  expect(Math.min(...result.asked.map((window) => window.offset))).toBe(20);
});

test('an empty result takes no request', async () => {
  const result = pagedResult(0);
  for await (const _ of readPages(optionsFor(result))) expect.unreachable();
  expect(result.asked).toEqual([]);
});
