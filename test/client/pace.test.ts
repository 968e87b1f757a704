import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Pace } from '../../src/client/pace.js';
import { RequestError } from '../../src/errors.js';
import { DONE, inTurn, type Reply } from './scripted-server.js';
import { openClient, QUICK_RETRIES } from './test-client.js';

const busy = () => new RequestError('REQUEST_BUSY', 'HTTP 503', { retryable: true });
const broken = () => new RequestError('REQUEST_CONNECTION', 'reset', { retryable: true });

const answer = (pace: Pace) => pace.attempt(async () => 'page', undefined);
const fail = (pace: Pace, error: RequestError) =>
  pace.attempt(() => Promise.reject(error), undefined).catch(() => {});

test('a sign of overload halves the requests in flight, down to one', async () => {
  const pace = new Pace(QUICK_RETRIES, 8);
  const seen: number[] = [];
  for (let round = 0; round < 5; round++) {
    await fail(pace, busy());
    seen.push(pace.concurrency);
  }
  expect(seen).toEqual([4, 2, 1, 1, 1]);
});

test('requests that fail together are one sign', async () => {
  const pace = new Pace(QUICK_RETRIES, 8);
  const all = Array.from({ length: 8 }, () =>
    pace.attempt(async () => {
      await tick();
      throw busy();
    }, undefined),
  );
  await Promise.allSettled(all);
  expect(pace.concurrency).toBe(4);
});

test('each round of answers adds one again, up to what was asked for', async () => {
  const pace = new Pace(QUICK_RETRIES, 4);
  await fail(pace, busy());
  await fail(pace, busy());
  const seen: number[] = [];
  for (let count = 0; count < 12; count++) {
    await answer(pace);
    seen.push(pace.concurrency);
  }
  expect(seen).toEqual([2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]);
});

test('a broken connection or a damaged answer is no sign of overload', async () => {
  const pace = new Pace(QUICK_RETRIES, 4);
  await fail(pace, broken());
  expect(pace.concurrency).toBe(4);
});

test('after a sign of overload every request waits for the same pause', async () => {
  const policy = { ...QUICK_RETRIES, minDelayMs: 150, maxDelayMs: 150 };
  const pace = new Pace(policy, 4);
  const before = performance.now();
  await fail(pace, busy());
  // Half to all of 150 ms, by chance; the pause and the delay of this request are drawn apart.
  expect(pace.retryAfter(busy(), 1)).toBeGreaterThanOrEqual(75);
  await Promise.all([answer(pace), answer(pace)]);
  expect(performance.now() - before).toBeGreaterThanOrEqual(75 - 2);
});

test('the pause doubles while no answer comes, whichever request asks', async () => {
  const policy = { ...QUICK_RETRIES, minDelayMs: 8, factor: 2, maxDelayMs: 1000 };
  const pace = new Pace(policy, 4);
  for (let cut = 0; cut < 4; cut++) await fail(pace, busy());
  // Half to all of 8 * 2^3.
  expect(pace.retryAfter(busy(), 1)).toBeGreaterThanOrEqual(32);
  await answer(pace);
  expect(pace.retryAfter(busy(), 1)).toBeLessThanOrEqual(8);
});

test('abort ends the common pause with the reason of the signal', async () => {
  const pace = new Pace({ ...QUICK_RETRIES, minDelayMs: 60_000, maxDelayMs: 60_000 }, 2);
  await fail(pace, busy());
  pace.retryAfter(busy(), 1);
  const abort = new AbortController();
  const reason = new Error('stop now');
  const waiting = pace.attempt(async () => 'page', abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('the budget is spent by retries and filled by answers', async () => {
  const pace = new Pace(QUICK_RETRIES, 2);
  const spend = () => pace.retryAfter(broken(), 1);
  for (let retry = 0; retry < 60; retry++) expect(spend()).not.toBeNull();
  expect(spend()).toBeNull();
  await answer(pace);
  expect([spend() === null, spend()]).toEqual([false, null]);
  for (let count = 0; count < 100; count++) await answer(pace);
  for (let retry = 0; retry < 60; retry++) expect(spend()).not.toBeNull();
  expect(spend()).toBeNull();
});

test('a server that fails more often than it answers ends with the last error, though each page would come', async () => {
  // Two failures before each answer: three attempts are enough for a page, not for a run.
  const replies: Reply[] = [{ status: 500 }, { status: 500 }, DONE];
  const { client, seen } = await openClient((request, index) => inTurn(...replies)(request, index % 3));
  let pages = 0;
  const readOn = async () => {
    for (; pages < 1000; pages++) await client.readJob('j1', { offset: 20, limit: 10 });
  };
  await expect(readOn()).rejects.toMatchObject({
    code: 'REQUEST_BUSY',
    message:
      'GES refused the request at offset 20: HTTP 500; more requests failed than the retries of one run make up for',
    retryable: true,
  });
  // 60 retries, two spent and one given back for each page.
  expect(pages).toBeGreaterThanOrEqual(58);
  expect(pages).toBeLessThanOrEqual(61);
  expect(seen.length).toBeLessThanOrEqual(61 * 3);
});
