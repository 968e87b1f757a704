import { expect, test } from 'vitest';
import type { Answer } from '../../src/model.js';
import { readPages } from '../../src/pager/read-pages.js';
import { answerOf, optionsFor, type PagedResult, pagedResult } from './paged-result.js';

type StringAnswer = Answer<readonly string[]>;

/** Reads a result whose page at offset 20 is spoilt; gives the error and the offsets read before it. */
async function readSpoilt(spoil: (honest: StringAnswer) => StringAnswer) {
  const result = pagedResult(60, {
    answer: (honest, window) => (window.offset === 20 ? spoil(honest) : honest),
  });
  return { ...(await readAll(result)), result };
}

async function readAll(result: PagedResult, changes: Parameters<typeof optionsFor>[1] = {}) {
  const read: number[] = [];
  try {
    for await (const page of readPages(optionsFor(result, changes))) read.push(page.window.offset);
    return { read, error: null };
  } catch (error) {
    return { read, error };
  }
}

test.each<[string, (honest: StringAnswer) => StringAnswer, object]>([
  [
    'another offset',
    (honest) => ({ ...honest, offset: 0 }),
    {
      code: 'PAGE_OFFSET_MISMATCH',
      message: 'The page at offset 20 says that it starts at 0',
      details: { expected: 20, actual: 0 },
    },
  ],
  [
    'more records than it holds',
    (honest) => ({ ...honest, declared: 11 }),
    {
      code: 'PAGE_COUNT_MISMATCH',
      message: 'The page at offset 20 declares 11 records and holds 10',
      details: { expected: 11, actual: 10 },
    },
  ],
  [
    'more than was asked for',
    (honest) => answerOf([...honest.body, 'one more'], { offset: 20, declared: 11, total: 60 }),
    {
      code: 'PAGE_COUNT_MISMATCH',
      message: 'The page at offset 20 holds 11 records where at most 10 were asked for',
    },
  ],
  [
    'another total',
    (honest) => ({ ...honest, total: 61 }),
    { code: 'TOTAL_CHANGED', details: { expected: 60, actual: 61 } },
  ],
  [
    'no total any more',
    (honest) => ({ ...honest, total: null }),
    { code: 'TOTAL_CHANGED', details: { expected: 60, actual: null } },
  ],
])('a page that declares %s is an error, and the pages before it are read', async (_, spoil, expected) => {
  const { read, error, result } = await readSpoilt(spoil);
  expect(error).toMatchObject({
    ...expected,
    retryable: false,
    facts: { window: { offset: 20, limit: 10 } },
  });
  expect(read).toEqual([0, 10]);
  expect(result.inFlight.now).toBe(0);
});

test('offset and size that the server leaves out are not held against it', async () => {
  const { read, error } = await readSpoilt((honest) => ({ ...honest, offset: null, declared: null }));
  expect({ read, error }).toEqual({ read: [0, 10, 20, 30, 40, 50], error: null });
});

test('a server that gives nothing inside the total is asked three times, then PAGE_SHORT', async () => {
  const { read, error, result } = await readSpoilt(() =>
    answerOf([], { offset: 20, declared: 0, total: 60 }),
  );
  expect(error).toMatchObject({
    code: 'PAGE_SHORT',
    message: 'The server gives no records at offset 20, although the total is 60',
    retryable: true,
    facts: { window: { offset: 20, limit: 10 }, attempt: 3 },
  });
  expect(read).toEqual([0, 10]);
  expect(result.asked.filter((window) => window.offset === 20)).toHaveLength(3);
});

test('empty answers in between are outlived, also between short pages', async () => {
  const visits = new Map<number, number>();
  const result = pagedResult(60, {
    clamp: 4,
    answer: (honest, { offset }) => {
      const visit = (visits.get(offset) ?? 0) + 1;
      visits.set(offset, visit);
      return visit === 3 ? honest : answerOf([], { offset, declared: 0, total: 60 });
    },
  });
  const { read, error } = await readAll(result);
  expect({ read, error }).toEqual({ read: [0, 10, 20, 30, 40, 50], error: null });
});

test('the failure of a request comes out as it is', async () => {
  const failure = new Error('boom');
  const result = pagedResult(60, {
    answer: (honest, window) => {
      if (window.offset === 30) throw failure;
      return honest;
    },
  });
  const { read, error } = await readAll(result);
  expect(error).toBe(failure);
  expect(read).toEqual([0, 10, 20]);
});
