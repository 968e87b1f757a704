import { expect, test } from 'vitest';
import { RequestError } from '../../src/errors.js';
import { PageSize } from '../../src/pager/page-size.js';
import { readPages } from '../../src/pager/read-pages.js';
import { optionsFor, pagedResult } from './paged-result.js';

const timeout = () => new RequestError('REQUEST_TIMEOUT', 'too slow', { retryable: true, isSizeFault: true });

/** A server that times out on more than `most` records; reads all of it in windows of 100. */
async function readSlow(most: (request: number) => number, total: number | null = 1000, count = 1000) {
  let request = 0;
  const result = pagedResult(count, {
    hasTotal: total !== null,
    answer: (honest) => {
      if (honest.count > most(request++)) throw timeout();
      return honest;
    },
  });
  const windows: number[][] = [];
  const read: string[] = [];
  for await (const { window, answers } of readPages(
    optionsFor(result, { pageSize: 100, total, concurrency: 2 }),
  )) {
    windows.push([window.offset, window.limit]);
    read.push(...answers.flatMap((answer) => [...answer.body]));
  }
  expect(read).toEqual(result.records);
  return { windows, asked: result.asked };
}

const planned = Array.from({ length: 10 }, (_, index) => [index * 100, 100]);

test.each([1000, null])(
  'pages that are too much are asked for in smaller ones; the windows stay as planned (total %s)',
  async (total) => {
    const { windows, asked } = await readSlow(() => 30, total);
    expect(windows).toEqual(planned);
    expect(asked[0]).toEqual({ offset: 0, limit: 100 });
    expect(asked.filter(({ limit }) => limit > 30).length).toBeLessThan(16);
  },
);

test('a server that allows one record at a time is read', async () => {
  expect((await readSlow(() => 1)).windows).toEqual(planned);
});

test('after a slow time the pages grow again', async () => {
  const { asked } = await readSlow((request) => (request < 6 ? 0 : 100), 3000, 3000);
  expect(asked.slice(-3).every(({ limit }) => limit === 100)).toBe(true);
});

test('a single record that times out is an error, after the sizes between', async () => {
  await expect(readSlow(() => 0)).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
});

test('the size of short answers is asked for from then on, with a larger page now and then', () => {
  const sizes = new PageSize();
  expect(sizes.next(100)).toBe(100);
  sizes.answered(100, 7);
  expect([sizes.next(100), sizes.next(3)]).toEqual([7, 3]);
  sizes.answered(3, 3);
  sizes.answered(7, 7);
  expect(sizes.next(100)).toBe(7);
  sizes.answered(7, 7);
  expect(sizes.next(100)).toBe(14);
  sizes.answered(14, 7);
  expect(sizes.next(100)).toBe(7);
});

test('pages that fail together shrink once', () => {
  const sizes = new PageSize();
  for (let page = 0; page < 4; page++) sizes.tooMuch(800);
  expect(sizes.next(800)).toBe(100);
});

/** Asks a thousand times; gives how many requests failed and how many records came. */
function askOften(fails: (asked: number, request: number) => boolean) {
  const sizes = new PageSize();
  let failed = 0;
  let records = 0;
  for (let request = 0; request < 1000; request++) {
    const asked = sizes.next(1000);
    if (fails(asked, request)) {
      failed++;
      sizes.tooMuch(asked);
    } else {
      records += asked;
      sizes.answered(asked, asked);
    }
  }
  return { failed, records };
}

test('where larger pages always fail they are tried more and more seldom', () => {
  const { failed, records } = askOften((asked) => asked > 150);
  expect(failed).toBeLessThan(15);
  expect(records).toBeGreaterThan(1000 * 60);
});

test.each([20, 8])(
  'failures that have nothing to do with the size keep the pages large (one of %i)',
  (nth) => {
    const { records } = askOften((_, request) => request % nth === 0);
    expect(records).toBeGreaterThan(200_000);
  },
);
