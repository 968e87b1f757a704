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
