import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { tokenCredentials } from '../../src/client/credentials.js';
import { RequestError } from '../../src/errors.js';
import { inTurn, json, type Reply, type Script } from './scripted-server.js';
import { openClient } from './test-client.js';

const SUBMIT = { method: 'POST', path: '/ges/v1.0/p1/graphs/movies/action?action_id=x', body: '{}' } as const;
const OK = json({ jobId: 'j1', jobType: 1 });

const refusal = (code: string, message: string, status = 400, headers: Record<string, string> = {}) =>
  json({ errorCode: code, errorMessage: message }, status, headers);

/** What a submit ends with after this first reply, where the second one would be a success. */
async function submitAfter(first: Reply | Script) {
  const script: Script = typeof first === 'function' ? first : inTurn(first, OK);
  const { client, seen } = await openClient(script);
  const outcome = await client.write(SUBMIT).then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof RequestError) return error.code;
      throw error;
    },
  );
  return { outcome, requests: seen.length };
}

test('a submit is one POST with its body', async () => {
  const { client, seen } = await openClient(inTurn(OK));
  const { body } = await client.write(SUBMIT);
  expect(body.envelope.get('jobId')).toBe('j1');
  expect(seen.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual([
    'POST /ges/v1.0/p1/graphs/movies/action?action_id=x',
  ]);
  expect(seen[0]?.headers).toMatchObject({ 'x-auth-token': 'secret-token', 'content-length': '2' });
});

test.each<[string, Reply]>([
  ['429', { status: 429 }],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
  ['408', { status: 408 }],
  ['413 that names a time', { status: 413, headers: { 'retry-after': '0' } }],
  ['a throttled gateway', json({ error_code: 'APIG.0308', error_msg: 'throttling' }, 429)],
  ['an engine that is not there', refusal('GES.8602', 'engine service unavailable', 500)],
  ['an authentication system that is down', refusal('GES.8008', 'auth system error')],
])('%s has not begun with the request: it is sent again', async (_, reply) => {
  expect(await submitAfter(reply)).toEqual({ outcome: 'accepted', requests: 2 });
});

test.each<[string, Reply, string]>([
  ['a graph that is not there', refusal('GES.8402', 'graph [demo] is not found'), 'GRAPH_NOT_FOUND'],
  ['a wrong parameter', refusal('GES.8005', 'Parameter error!'), 'API_REJECTED'],
  [
    'HyG, whose refusal has a status',
    json({ status: 'complete', errorCode: 'GES.8402', errorMessage: 'no', result: 'failed' }, 400),
    'API_REJECTED',
  ],
  ['an error inside HTTP 200', refusal('GES.8404', 'bad execution mode', 200), 'API_REJECTED'],
  [
    'a failure inside HTTP 200 without a code',
    json({ result: 'failed', errorMessage: 'no' }),
    'API_REJECTED',
  ],
  ['a failure inside HTTP 200 without a reason', json({ result: 'failed' }), 'API_REJECTED'],
  [
    'Cypher, whose errors are a list',
    json({ results: [], errors: [{ code: 'GES.8904', message: 'label index not found' }] }, 400),
    'API_REJECTED',
  ],
  ['a query that failed for now', refusal('GES.8204', 'vertex query failed'), 'REQUEST_BUSY'],
  ['a body that is too long', { status: 413 }, 'REQUEST_BUSY'],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'API_REJECTED'],
  ['a path that is not there', { status: 404, body: '<html>' }, 'API_REJECTED'],
])('%s is a refusal: it is not sent again', async (_, reply, outcome) => {
  expect(await submitAfter(reply)).toEqual({ outcome, requests: 1 });
});

test.each<[string, Reply]>([
  ['500', { status: 500 }],
  ['502', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['503', { status: 503, headers: { 'retry-after': '0' } }],
  ['504', { status: 504 }],
  ['an algorithm that broke', refusal('GES.8403', 'algorithm internal error', 500)],
  [
    'a connection that breaks before the answer',
    { act: (response) => void response.socket?.resetAndDestroy() },
  ],
  [
    'a connection that breaks in the answer',
    {
      act: (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"jobId":');
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      },
    },
  ],
  ['an answer that is no JSON', { status: 200, body: '<html>Welcome</html>' }],
  ['an empty answer', { status: 200, body: '' }],
])('%s leaves open whether a job was started: it is not sent again', async (_, reply) => {
  expect(await submitAfter(reply)).toEqual({ outcome: 'REQUEST_UNCERTAIN', requests: 1 });
});

test('a server that falls silent is uncertain too', async () => {
  const { client, seen } = await openClient(inTurn({ act: () => {} }), { headersTimeoutMs: 50 });
  await expect(client.write(SUBMIT)).rejects.toMatchObject({
    code: 'REQUEST_UNCERTAIN',
    message: expect.stringMatching(/^It is not known whether the request has taken effect: No answer/),
  });
  expect(seen).toHaveLength(1);
});

test('where no connection can be made, nothing was sent: it is tried again', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { client, retries } = await openClient(inTurn(OK), { endpoint: `http://127.0.0.1:${port}` });
  await expect(client.write(SUBMIT)).rejects.toMatchObject({ code: 'REQUEST_CONNECTION' });
  expect(retries).toHaveLength(2);
});

test.each([400, 401, 200])(
  'a token refused with HTTP %i is renewed, and the request sent again, in one attempt',
  async (status) => {
    const tokens = ['old', 'new'];
    const { client, seen, retries } = await openClient(
      ({ headers }) =>
        headers['x-auth-token'] === 'new' ? OK : refusal('GES.8007', 'invalid token', status),
      {
        credentials: tokenCredentials(async (renew) => {
          if (renew) tokens.shift();
          return tokens[0] ?? 'none';
        }),
      },
    );
    await client.write(SUBMIT);
    expect(seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['old', 'new']);
    expect(retries).toEqual([]);
  },
);

test('a token refused with HTTP 500 leaves open what was done: a fresh one sends nothing again', async () => {
  let token = 'old';
  const { client, seen } = await openClient(() => refusal('GES.8007', 'invalid token', 500), {
    credentials: tokenCredentials(async (renew) => {
      if (renew) token = 'new';
      return token;
    }),
  });
  await expect(client.write(SUBMIT)).rejects.toMatchObject({ code: 'REQUEST_UNCERTAIN' });
  expect(seen).toHaveLength(1);
});

test.each([
  ['503', 'REQUEST_BUSY', 3],
  ['403', 'PROXY_REFUSED', 1],
] as const)(
  'a proxy that answers a tunnel with %s has passed nothing on',
  async (status, code, connections) => {
    let count = 0;
    const server = createServer((socket) => {
      count++;
      socket.on('error', () => {});
      socket.once('data', () => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const { client } = await openClient(inTurn(OK), {
      endpoint: 'https://graph.invalid',
      network: { httpsProxy: `http://127.0.0.1:${port}` },
    });
    await expect(client.write(SUBMIT)).rejects.toMatchObject({ code });
    expect(count).toBe(connections);
  },
);

test('an abort is heeded between attempts, not while an answer is awaited', async () => {
  const abort = new AbortController();
  const taken = await openClient(() => {
    abort.abort(new Error('stop'));
    return OK;
  });
  expect((await taken.client.write(SUBMIT, abort.signal)).body.envelope.get('jobId')).toBe('j1');
  const late = new AbortController();
  const refused = await openClient(() => {
    late.abort(new Error('stop'));
    return { status: 429 };
  });
  await expect(refused.client.write(SUBMIT, late.signal)).rejects.toThrow('stop');
  expect(refused.seen).toHaveLength(1);
});
