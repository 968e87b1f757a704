import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { RequestError } from '../../src/errors.js';
import { DONE, inTurn } from './scripted-server.js';
import { failureOf, openClient } from './test-client.js';

test('a connection that is refused is tried again, then reported with the address', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const { error, retries } = await failureOf(inTurn(DONE), { endpoint });
  expect(error.code).toBe('REQUEST_CONNECTION');
  expect(error.message).toContain(endpoint);
  expect(retries).toHaveLength(2);
});

test('a connection that breaks before the answer is tried again', async () => {
  const { read, seen } = await openClient(inTurn({ act: (response) => response.destroy() }, DONE));
  expect((await read()).envelope.total).toBe(1);
  expect(seen).toHaveLength(2);
});

test('a server that says nothing, or stops in the body, is a timeout', async () => {
  const silent = await failureOf(inTurn({ act: () => {} }), { headersTimeoutMs: 50 });
  expect([silent.error.code, silent.requests]).toEqual(['REQUEST_TIMEOUT', 3]);
  const stuck = await failureOf(inTurn({ act: (response) => response.writeHead(200).write('{"data":') }), {
    bodyTimeoutMs: 50,
  });
  expect([stuck.error.code, stuck.requests]).toEqual(['REQUEST_TIMEOUT', 3]);
});

test('abort in the middle of a body ends it with the reason of the signal', async () => {
  const abort = new AbortController();
  const reason = new Error('stop now');
  const { read, seen, retries } = await openClient(
    inTurn({
      act: (response) => {
        response.writeHead(200).write('{"data":');
        setTimeout(() => abort.abort(reason), 20);
      },
    }),
  );
  await expect(read(abort.signal)).rejects.toBe(reason);
  expect([seen.length, retries.length]).toEqual([1, 0]);
});

test('abort before the answer, and while waiting for the next attempt', async () => {
  for (const status of [0, 503]) {
    const abort = new AbortController();
    const reason = new Error('stop now');
    const { read, seen } = await openClient(
      inTurn({
        act: (response) => {
          if (status > 0) response.writeHead(status).end();
          setTimeout(() => abort.abort(reason), 20);
        },
      }),
      {
        retry: {
          maxAttempts: 3,
          minDelayMs: 600_000,
          factor: 1,
          maxDelayMs: 600_000,
          maxRetryAfterMs: 600_000,
        },
      },
    );
    await expect(read(abort.signal)).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  }
});

test('an aborted signal sends nothing', async () => {
  const { read, seen } = await openClient(inTurn(DONE));
  const reason = new Error('too late');
  await expect(read(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(seen).toEqual([]);
});

test('no more requests are in flight than there are connections', async () => {
  let now = 0;
  let most = 0;
  const { client } = await openClient(
    inTurn({
      act: (response) => {
        most = Math.max(most, ++now);
        setTimeout(() => {
          now--;
          response.writeHead(200).end(DONE.body);
        }, 10);
      },
    }),
    { connections: 2 },
  );
  const pages = [...Array(8).keys()].map((page) => client.readJob('j1', { offset: page, limit: 1 }));
  expect(await Promise.all(pages)).toHaveLength(8);
  expect(most).toBe(2);
});

test('a closed client refuses requests', async () => {
  const { client, read } = await openClient(inTurn(DONE));
  await client.close();
  await expect(read()).rejects.toBeInstanceOf(RequestError);
});
