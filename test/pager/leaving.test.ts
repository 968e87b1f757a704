import { expect, test } from 'vitest';
import { readPages } from '../../src/pager/read-pages.js';
import { optionsFor, pagedResult } from './paged-result.js';

/** Requests after the first two answer only when they are aborted. */
function stuckAfterTwo(total: number | null) {
  const started: number[] = [];
  const ended: number[] = [];
  const honest = pagedResult(100, { hasTotal: total !== null });
  const fetchPage: typeof honest.fetchPage = async (window, signal, planned) => {
    started.push(window.offset);
    try {
      if (window.offset < 20) return await honest.fetchPage(window, signal, planned);
      return await new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), 5), { once: true });
      });
    } finally {
      ended.push(window.offset);
    }
  };
  return { fetchPage, probePage: honest.probePage, records: honest.records, started, ended };
}

test('break stops the requests in flight and waits for them', async () => {
  const server = stuckAfterTwo(100);
  for await (const page of readPages(optionsFor(server))) {
    expect(page.window.offset).toBe(0);
    break;
  }
  expect(server.started).toEqual([0, 10, 20, 30, 40]);
  expect(server.ended.sort()).toEqual(server.started);
});

test('an error of the consumer comes out as it is, and nothing is left running', async () => {
  const server = stuckAfterTwo(100);
  const failure = new Error('disk full');
  const read = async () => {
    for await (const page of readPages(optionsFor(server))) if (page.window.offset === 10) throw failure;
  };
  await expect(read()).rejects.toBe(failure);
  expect(server.ended.sort()).toEqual(server.started.sort());
});

test.each([100, null])('abort ends the wait with the reason of the signal (total %s)', async (total) => {
  const server = stuckAfterTwo(total);
  const abort = new AbortController();
  const reason = new Error('stop now');
  const offsets: number[] = [];
  const read = async () => {
    for await (const page of readPages(optionsFor(server, { total, signal: abort.signal }))) {
      offsets.push(page.window.offset);
      if (page.window.offset === 10) setTimeout(() => abort.abort(reason), 5);
    }
  };
  await expect(read()).rejects.toBe(reason);
  expect(offsets).toEqual([0, 10]);
  expect(server.ended.sort()).toEqual(server.started.sort());
});

test.each([100, null])(
  'a signal that is aborted while the consumer works lets no further page out (total %s)',
  async (total) => {
    const result = pagedResult(100, { hasTotal: total !== null });
    const abort = new AbortController();
    const offsets: number[] = [];
    const read = async () => {
      for await (const page of readPages(optionsFor(result, { total, signal: abort.signal }))) {
        offsets.push(page.window.offset);
        abort.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
    expect(offsets).toEqual([0]);
    expect(result.inFlight.now).toBe(0);
  },
);

test('when one request fails, the others are stopped before the error comes out', async () => {
  const server = stuckAfterTwo(100);
  const failure = new Error('refused');
  const fetchPage: typeof server.fetchPage = async (window, signal, planned) => {
    if (window.offset === 10) throw failure;
    return server.fetchPage(window, signal, planned);
  };
  const read = async () => {
    for await (const _ of readPages(optionsFor({ ...server, fetchPage })));
  };
  await expect(read()).rejects.toBe(failure);
  expect(server.ended.sort()).toEqual(server.started.sort());
  expect(server.started.length).toBeGreaterThan(2);
});
