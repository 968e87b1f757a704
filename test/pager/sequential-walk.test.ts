import { expect, test } from 'vitest';
import { BufferPool } from '../../src/decode/reference/buffer-pool.js';
import { decodeBody } from '../../src/decode/reference/decode-body.js';
import { RequestError } from '../../src/errors.js';
import { stringifyJson } from '../../src/json-value.js';
import type { Answer, DecodedBody, Window } from '../../src/model.js';
import { readPages } from '../../src/pager/read-pages.js';
import { answerOf, optionsFor, type PagedResult, pagedResult } from './paged-result.js';

async function walk(result: PagedResult, changes: Parameters<typeof optionsFor>[1] = {}) {
  const windows: Window[] = [];
  const read: string[] = [];
  for await (const { window, answers } of readPages(optionsFor(result, { total: null, ...changes }))) {
    windows.push(window);
    read.push(...answers.flatMap((answer) => [...answer.body]));
  }
  return { windows: windows.map(({ offset, limit }) => [offset, limit]), read };
}

test('a short page ends the walk after one more request', async () => {
  const result = pagedResult(25, { hasTotal: false });
  const { windows, read } = await walk(result);
  expect(read).toEqual(result.records);
  expect(windows).toEqual([
    [0, 10],
    [10, 10],
    [20, 5],
  ]);
  expect(result.asked.map((window) => window.offset)).toEqual([0, 10, 20, 25]);
  expect(result.inFlight.most).toBe(1);
});

test('an exact multiple of the page size ends with an empty page', async () => {
  const result = pagedResult(20, { hasTotal: false });
  expect((await walk(result)).read).toEqual(result.records);
  expect(result.asked.map((window) => window.offset)).toEqual([0, 10, 20]);
});

test('an empty result ends at once', async () => {
  const result = pagedResult(0, { hasTotal: false });
  expect((await walk(result)).read).toEqual([]);
  expect(result.asked).toHaveLength(1);
});

test('short pages in the middle are no end, and do not change the windows', async () => {
  const result = pagedResult(25, { hasTotal: false, clamp: 3 });
  const { windows, read } = await walk(result);
  expect(read).toEqual(result.records);
  expect(windows).toEqual([
    [0, 10],
    [10, 10],
    [20, 5],
  ]);
});

test('windows end at the boundary of a part file', async () => {
  const { windows } = await walk(pagedResult(25, { hasTotal: false }), { boundary: 8 });
  expect(windows).toEqual([
    [0, 8],
    [8, 8],
    [16, 8],
    [24, 1],
  ]);
});

const refused = new RequestError('API_REJECTED', 'GES.8000 "offset is wrong"', {
  retryable: false,
  isPastEnd: true,
});

test('a refusal beyond the end is the end; at the beginning it is an error', async () => {
  const result = pagedResult(20, {
    hasTotal: false,
    answer: (honest) => {
      if (honest.count === 0) throw refused;
      return honest;
    },
  });
  expect((await walk(result)).read).toEqual(result.records);
  await expect(walk(pagedResult(0, { answer: () => Promise.reject(refused) as never }))).rejects.toBe(
    refused,
  );
});

test('any other failure beyond the first page is an error', async () => {
  const busy = new RequestError('REQUEST_BUSY', 'HTTP 503', { retryable: true });
  const result = pagedResult(20, {
    hasTotal: false,
    answer: (honest, window) => {
      if (window.offset === 20) throw busy;
      return honest;
    },
  });
  await expect(walk(result)).rejects.toBe(busy);
});

test('an empty page that declares records is no end', async () => {
  const result = pagedResult(30, {
    hasTotal: false,
    answer: (honest, { offset }) => (offset === 20 ? answerOf([], { offset, declared: 10 }) : honest),
  });
  await expect(walk(result)).rejects.toMatchObject({ code: 'PAGE_COUNT_MISMATCH' });
});

test('a server that does not page gives its few records once', async () => {
  const whole = pagedResult(7, { hasTotal: false });
  const asked: Window[] = [];
  const fetchPage = async (window: Window) => {
    asked.push(window);
    return answerOf(whole.records);
  };
  expect((await walk({ ...whole, fetchPage })).read).toEqual(whole.records);
  expect(asked).toHaveLength(2);
});

test.each([
  [1, 1, 0],
  [1, 2, 0],
  [1, 1, 1],
  [1, 10, 1],
  [7, 10, 7],
])('nor twice: %i records, pages of %i, from offset %i', async (count, pageSize, startOffset) => {
  const whole = pagedResult(count, { hasTotal: false });
  const fetchPage = async () => answerOf(whole.records);
  const { read } = await walk({ ...whole, fetchPage, probePage: fetchPage }, { pageSize, startOffset });
  expect(read).toEqual(startOffset === 0 ? whole.records : []);
});

test.each([
  [1, 1],
  [1, 3],
  [10, 10],
  [10, 20],
  [24, 7],
])('a walk goes on after %i records, pages of %i', async (startOffset, pageSize) => {
  const result = pagedResult(25, { hasTotal: false });
  expect((await walk(result, { startOffset, pageSize })).read).toEqual(result.records.slice(startOffset));
  const equal = { ...result, records: result.records.map(() => 'the same') };
  const page = async ({ offset, limit }: Window) => answerOf(equal.records.slice(offset, offset + limit));
  const again = { ...equal, fetchPage: page, probePage: page };
  expect((await walk(again, { startOffset, pageSize })).read).toHaveLength(25 - startOffset);
});

test.each([
  [10, 3],
  [9, 3],
  [12, 5],
])('%i equal records in pages cut to %i that state their offset are all read', async (count, cut) => {
  const records = Array.from({ length: count }, () => 'the same');
  const fetchPage = async ({ offset, limit }: Window) => ({
    ...answerOf(records.slice(offset, offset + Math.min(limit, cut))),
    offset,
  });
  const { read } = await walk({ ...pagedResult(0), records, fetchPage, probePage: fetchPage });
  expect(read).toEqual(records);
});

test('a server that does not page but states the offset it was asked for gives its records once', async () => {
  const whole = pagedResult(7, { hasTotal: false });
  const fetchPage = async ({ offset }: Window) => ({ ...answerOf(whole.records), offset });
  expect((await walk({ ...whole, fetchPage, probePage: fetchPage })).read).toEqual(whole.records);
});

test('one record for every offset that is stated is no end', async () => {
  const fetchPage = async ({ offset }: Window) => ({ ...answerOf(['the same']), offset });
  const same = walk({ ...pagedResult(0), fetchPage, probePage: fetchPage });
  await expect(same).rejects.toMatchObject({ code: 'PAGE_REPEATED' });
});

test('a server that ignores the offset and fills each page is caught', async () => {
  const whole = pagedResult(30);
  const fetchPage = async ({ limit }: Window) => answerOf(whole.records.slice(0, limit));
  await expect(walk({ ...whole, fetchPage })).rejects.toMatchObject({ code: 'PAGE_REPEATED' });
});

test('a wrong offset or count is an error here too', async () => {
  const wrongOffset = pagedResult(30, {
    hasTotal: false,
    answer: (honest, window) => (window.offset === 10 ? { ...honest, offset: 0 } : honest),
  });
  await expect(walk(wrongOffset)).rejects.toMatchObject({ code: 'PAGE_OFFSET_MISMATCH' });
  const wrongCount = pagedResult(30, { answer: (honest) => ({ ...honest, declared: 9 }) });
  await expect(walk(wrongCount)).rejects.toMatchObject({ code: 'PAGE_COUNT_MISMATCH' });
});

test('short pages of equal length are all read, though each is released and its memory used again', async () => {
  const pool = new BufferPool();
  const records = Array.from({ length: 40 }, (_, index) => `"v${String(index).padStart(4, '0')}"`);
  const fetchPage = async ({ offset, limit }: Window): Promise<Answer<DecodedBody>> => {
    const page = records.slice(offset, offset + Math.min(limit, 4));
    const text = `{"data":{"outputs":{"rows":[${page.join(',')}]}}}`;
    const body = await decodeBody(
      (async function* () {
        yield Buffer.from(text);
      })(),
      1e6,
      pool,
    );
    const list = body.lists[0];
    if (list === undefined) throw new Error('no list');
    return {
      offset: null,
      declared: null,
      total: null,
      count: list.count,
      bytes: body.bytes,
      digest: (from, to) => list.digest(from, to),
      body,
    };
  };
  const read: string[] = [];
  const options = { ...optionsFor(pagedResult(0)), total: null };
  for await (const { answers } of readPages({ ...options, fetchPage, probePage: fetchPage })) {
    for (const { body } of answers) {
      for (const list of body.lists)
        for (const batch of list.batches()) read.push(...batch.map(stringifyJson));
      body.release();
    }
  }
  expect(read).toEqual(records);
});
