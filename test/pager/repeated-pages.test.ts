import { expect, test } from 'vitest';
import { readPages } from '../../src/pager/read-pages.js';
import { answerOf, optionsFor, pagedResult } from './paged-result.js';

/** A server over some records that is asked in windows of 10. */
function serverOf(records: readonly string[], offsetFor: (offset: number) => number = (offset) => offset) {
  const inFlight = { now: 0, most: 0 };
  return {
    records,
    inFlight,
    async fetchPage({ offset, limit }: { offset: number; limit: number }) {
      inFlight.most = Math.max(inFlight.most, ++inFlight.now);
      await new Promise(setImmediate);
      inFlight.now--;
      const from = offsetFor(offset);
      const page = records.slice(from, from + limit);
      return answerOf(page, { offset, declared: page.length, total: records.length });
    },
  };
}

async function read(server: ReturnType<typeof serverOf>, concurrency = 4): Promise<string[]> {
  const all: string[] = [];
  for await (const page of readPages(optionsFor(server, { concurrency }))) {
    all.push(...page.answers.flatMap((answer) => [...answer.body]));
  }
  return all;
}

const different = pagedResult(50).records;

test('a server that ignores the offset but echoes it is caught', async () => {
  await expect(read(serverOf(different, () => 0))).rejects.toMatchObject({
    code: 'PAGE_REPEATED',
    message: 'The server gave the records of offset 0 again for offset 10',
    facts: { window: { offset: 10, limit: 10 } },
    retryable: false,
  });
});

test('a server that sticks at some page is caught there', async () => {
  await expect(read(serverOf(different, (offset) => Math.min(offset, 20)))).rejects.toMatchObject({
    code: 'PAGE_REPEATED',
    details: { earlier: 20 },
  });
});

test('a server that rounds the offset down to whole pages is caught when it repeats one', async () => {
  await expect(read(serverOf(different, (offset) => Math.floor(offset / 20) * 20))).rejects.toMatchObject({
    code: 'PAGE_REPEATED',
  });
});

test('records that truly repeat with the period of the page are accepted', async () => {
  const periodic = Array.from({ length: 55 }, (_, index) => `record ${index % 10}`);
  expect(await read(serverOf(periodic))).toEqual(periodic);
});

test('the request that tells them apart counts among the requests in flight', async () => {
  const periodic = Array.from({ length: 200 }, (_, index) => `record ${index % 10}`);
  for (const concurrency of [1, 3]) {
    const server = serverOf(periodic);
    expect(await read(server, concurrency)).toEqual(periodic);
    expect(server.inFlight.most).toBe(concurrency);
  }
});

test('a last page that is the beginning of an earlier one is caught', async () => {
  const records = different.slice(0, 25);
  await expect(read(serverOf(records, (offset) => Math.min(offset, 10)))).rejects.toMatchObject({
    code: 'PAGE_REPEATED',
    facts: { window: { offset: 20, limit: 5 } },
  });
});

test('pages of one record may be equal', async () => {
  const equal = Array.from({ length: 5 }, () => 'same');
  const all: string[] = [];
  for await (const page of readPages(optionsFor(serverOf(equal), { pageSize: 1 }))) {
    all.push(...page.answers.flatMap((answer) => [...answer.body]));
  }
  expect(all).toEqual(equal);
});

/** Serves pages of `real` where they are large, and the truth to everybody who looks closer. */
function bentServer(count: number, bend: (offset: number, limit: number) => number) {
  const { records } = pagedResult(count);
  const server = serverOf(records);
  return {
    ...server,
    async fetchPage({ offset, limit }: { offset: number; limit: number }) {
      const from = bend(offset, limit);
      return answerOf(records.slice(from, from + limit), { offset, declared: limit, total: count });
    },
    probePage: server.fetchPage,
  };
}

test.each<[string, number, (offset: number, limit: number) => number]>([
  ['overlaps its neighbour by half', 50, (offset) => (offset === 20 ? 15 : offset)],
  ['overlaps its neighbour by one record', 50, (offset) => (offset === 30 ? 29 : offset)],
  ['leaves a gap', 50, (offset) => (offset === 20 ? 21 : offset)],
  ['comes from further on', 50, (offset) => (offset === 10 ? 40 : offset)],
  ['is last and begins too early', 55, (offset) => (offset === 50 ? 49 : offset)],
  ['is cut at multiples of its own size', 27, (offset, limit) => Math.floor(offset / limit) * limit],
])('a page that %s is caught', async (_, count, bend) => {
  const result = bentServer(count, bend);
  await expect(
    (async () => {
      for await (const page of readPages(optionsFor(result))) expect(page.answers).toHaveLength(1);
    })(),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^PAGE_(OVERLAP|REPEATED)$/), retryable: false });
});

test('a server that bends every offset alike is caught at the first seam', async () => {
  const server = serverOf(different, (offset) => Math.max(0, offset - 3));
  await expect(read(server)).rejects.toMatchObject({
    code: 'PAGE_OVERLAP',
    message: 'The page at offset 10 does not begin where the page before it ended',
  });
});

test('inside a window of several answers the end is looked at', async () => {
  // Four records an answer; those after the second come one record too early.
  const { records } = pagedResult(10);
  const honest = serverOf(records);
  const fetchPage = async ({ offset, limit }: { offset: number; limit: number }) => {
    const from = offset < 8 ? offset : offset - 1;
    const page = records.slice(from, from + Math.min(limit, 4));
    return answerOf(page, { offset, declared: page.length, total: 10 });
  };
  await expect(
    (async () => {
      for await (const _ of readPages(optionsFor({ records, fetchPage, probePage: honest.fetchPage })));
    })(),
  ).rejects.toMatchObject({ code: 'PAGE_OVERLAP', facts: { window: { offset: 9 } } });
});

test('a short answer that leaves out a record in its middle is caught where the next one begins', async () => {
  const { records } = pagedResult(30);
  const honest = serverOf(records);
  const fetchPage = async ({ offset, limit }: { offset: number; limit: number }) => {
    const page = records.slice(offset, offset + limit).filter((_, index) => offset !== 10 || index !== 4);
    return answerOf(page, { offset, declared: page.length, total: 30 });
  };
  await expect(
    (async () => {
      for await (const _ of readPages(optionsFor({ records, fetchPage, probePage: honest.fetchPage })));
    })(),
  ).rejects.toMatchObject({ code: 'PAGE_OVERLAP', facts: { window: { offset: 19 } } });
});

test('one small request a seam is all it takes', async () => {
  const result = pagedResult(50);
  for await (const _ of readPages(optionsFor(result)));
  expect(result.probed).toEqual([9, 19, 29, 39].map((offset) => ({ offset, limit: 2 })));
  expect(result.asked).toHaveLength(5);
});
