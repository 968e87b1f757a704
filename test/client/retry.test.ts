import { expect, test } from 'vitest';
import { parseRetryAfter, retryDelay } from '../../src/client/retry.js';
import { DONE, inTurn, json, type Reply } from './scripted-server.js';
import { failureOf, openClient, QUICK_RETRIES } from './test-client.js';

test('a passing failure is outlived: the page comes with the last attempt', async () => {
  const { read, seen, retries } = await openClient(inTurn({ status: 503 }, { status: 502 }, DONE));
  expect((await read()).envelope.total).toBe(1);
  expect(seen).toHaveLength(3);
  expect(retries.map(({ attempt, error }) => [attempt, error.code, error.facts.httpStatus])).toEqual([
    [1, 'REQUEST_BUSY', 503],
    [2, 'REQUEST_BUSY', 502],
  ]);
});

test('when the attempts are spent, the last error comes out', async () => {
  const { error, requests, retries } = await failureOf(
    inTurn({ status: 503 }, { status: 500 }, { status: 502 }),
  );
  expect(error).toMatchObject({
    code: 'REQUEST_BUSY',
    message: 'GES refused the request at offset 20: HTTP 502',
    facts: { httpStatus: 502, attempt: 3, window: { offset: 20, limit: 10 } },
  });
  expect([requests, retries.length]).toEqual([3, 2]);
});

test.each([408, 425, 429, 500, 502, 503])('HTTP %i is tried again', async (status) => {
  expect(await failureOf(inTurn({ status }))).toMatchObject({ error: { code: 'REQUEST_BUSY' }, requests: 3 });
});

test.each([400, 403, 404, 405, 409, 501])('HTTP %i is final', async (status) => {
  expect(await failureOf(inTurn({ status }))).toMatchObject({ error: { code: 'API_REJECTED' }, requests: 1 });
});

test('one attempt means one request', async () => {
  const retry = { ...QUICK_RETRIES, maxAttempts: 1 };
  expect((await failureOf(inTurn({ status: 503 }), { retry })).requests).toBe(1);
});

test('Retry-After is waited for, up to the cap', async () => {
  const busy = (seconds: string): Reply => ({ status: 429, headers: { 'retry-after': seconds } });
  const { read, retries } = await openClient(inTurn(busy('0'), busy('3600'), DONE));
  await read();
  expect(retries.map((retry) => retry.error.retryAfterMs)).toEqual([0, 3_600_000]);
  expect(retries.map((retry) => retry.delayMs)).toEqual([1, 10]);
});

test('a refusal of GES itself carries its Retry-After too', async () => {
  const throttled = json({ error_code: 'APIG.0308', error_msg: 'throttling' }, 429, { 'retry-after': '2' });
  const { read, retries } = await openClient(inTurn(throttled, DONE));
  await read();
  expect(retries[0]).toMatchObject({ error: { retryAfterMs: 2000 }, delayMs: 10 });
});

const policy = { maxAttempts: 9, minDelayMs: 100, factor: 2, maxDelayMs: 1000, maxRetryAfterMs: 5000 };

test('delays double from half to all of their step, and stop growing at the maximum', () => {
  for (const [attempt, step] of [
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1000],
    [50, 1000],
  ] as const) {
    for (let draw = 0; draw < 50; draw++) {
      const delay = retryDelay(policy, attempt, null);
      expect(delay).toBeGreaterThanOrEqual(step / 2);
      expect(delay).toBeLessThanOrEqual(step);
    }
  }
});

test('Retry-After lengthens a delay, never shortens it', () => {
  expect(retryDelay(policy, 1, 3000)).toBe(3000);
  expect(retryDelay(policy, 1, 60_000)).toBe(5000);
  expect(retryDelay(policy, 5, 0)).toBeGreaterThanOrEqual(500);
});

test('Retry-After is seconds or an HTTP date', () => {
  const now = Date.parse('2026-05-05T10:00:00Z');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter(' 0 ', now)).toBe(0);
  expect(parseRetryAfter('Tue, 05 May 2026 10:00:30 GMT', now)).toBe(30_000);
  expect(parseRetryAfter('Tue, 05 May 2026 09:00:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeNull();
  expect(parseRetryAfter(undefined, now)).toBeNull();
});
