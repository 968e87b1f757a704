import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { GesClientOptions } from '../../src/client/ges-client.js';
import { RequestError } from '../../src/errors.js';
import { DONE, inTurn, type Reply } from './scripted-server.js';
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

/** Silence, a body that stops, and one that never ends. */
const TIMEOUTS: readonly [string, Reply, Partial<GesClientOptions>][] = [
  ['says nothing', { act: () => {} }, { headersTimeoutMs: 50 }],
  [
    'stops in the body',
    { act: (response) => void response.writeHead(200).write('{"data":') },
    { bodyTimeoutMs: 50 },
  ],
  ['sends without end', { act: (response) => drip(response) }, { requestTimeoutMs: 200 }],
];

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => clearInterval(timer));
}

test.each(TIMEOUTS)(
  'a server that %s is a timeout, and the page is not repeated as it was',
  async (...given) => {
    const [, reply, timeouts] = given;
    const { error, requests, retries } = await failureOf(inTurn(reply), timeouts);
    expect([error.code, error.isSizeFault, requests, retries.length]).toEqual([
      'REQUEST_TIMEOUT',
      true,
      1,
      1,
    ]);
  },
);

test.each(TIMEOUTS)('for one record, a server that %s is asked again', async (...given) => {
  const [, reply, timeouts] = given;
  const { client, seen } = await openClient(inTurn(reply), timeouts);
  const read = client.readJob('j1', { offset: 0, limit: 1 });
  await expect(read).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', facts: { attempt: 3 } });
  expect(seen).toHaveLength(3);
});

test.each([413, 504])('so is HTTP %i: a smaller page may do', async (status) => {
  const { error, requests } = await failureOf(inTurn({ status }));
  expect([error.code, error.isSizeFault, requests]).toEqual(['REQUEST_BUSY', true, 1]);
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
