import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DONE, inTurn, type Reply } from './scripted-server.js';
import { failureOf, openClient } from './test-client.js';

const TEXT = `{"data":{"outputs":{"rows":[${Array.from({ length: 5000 }, (_, i) => `{"v${i}":${i}}`).join(',')}]}},"status":"success"}`;
const ZIPPED = gzipSync(TEXT);
const gzip = (body: Uint8Array, status = 200): Reply => ({
  status,
  headers: { 'content-encoding': 'gzip' },
  body,
});

test('a gzip answer is read', async () => {
  const { read } = await openClient(inTurn(gzip(ZIPPED)));
  const { body } = await read();
  expect([body.bytes, body.lists[0]?.count]).toEqual([TEXT.length, 5000]);
});

function damaged(): Buffer {
  const bytes = Buffer.from(ZIPPED);
  for (let at = 2000; at < 2100; at++) bytes[at] = 0xff;
  return bytes;
}

test.each<[string, Uint8Array]>([
  ['damaged', damaged()],
  ['cut short', ZIPPED.subarray(0, ZIPPED.length - 20)],
  ['with a wrong checksum', Buffer.concat([ZIPPED.subarray(0, ZIPPED.length - 8), Buffer.alloc(8, 7)])],
  ['not gzip at all', Buffer.from(TEXT)],
])('gzip data that is %s is asked for again, and outlived', async (_, body) => {
  const { error, requests } = await failureOf(inTurn(gzip(body)));
  expect([error.code, requests]).toEqual(['PAGE_INVALID', 3]);
  expect(error.message).toContain("The answer's gzip data is damaged");
  const { read } = await openClient(inTurn(gzip(body), gzip(ZIPPED)));
  expect((await read()).body.lists[0]?.count).toBe(5000);
});

test('an encoding that was not asked for is refused at once', async () => {
  const { error, requests } = await failureOf(
    inTurn({ headers: { 'content-encoding': 'br' }, body: 'whatever' }),
  );
  expect([error.code, requests]).toEqual(['PAGE_INVALID', 1]);
  expect(error.message).toContain('"br"');
});

const breakOff =
  (headers: Record<string, string>, body: string | Uint8Array): Reply['act'] =>
  (response) => {
    response.writeHead(200, headers);
    response.write(body, () => setTimeout(() => response.destroy(), 5));
  };

test.each<[string, Reply['act']]>([
  ['with a length', breakOff({ 'content-length': String(TEXT.length) }, TEXT.slice(0, 9000))],
  ['in chunks', breakOff({}, TEXT.slice(0, 9000))],
  ['gzip in chunks', breakOff({ 'content-encoding': 'gzip' }, ZIPPED.subarray(0, 3000))],
])('a body that breaks off (%s) is asked for again, and outlived', async (_, act) => {
  const cut: Reply = act === undefined ? {} : { act };
  const { error, requests } = await failureOf(inTurn(cut));
  expect([error.code, requests]).toEqual(['REQUEST_CONNECTION', 3]);
  expect(error.facts).toMatchObject({ window: { offset: 20, limit: 10 }, attempt: 3 });
  const { read } = await openClient(inTurn(cut, DONE));
  expect((await read()).envelope.total).toBe(1);
});

const HTML = '<html><body>502 Bad Gateway</body></html>';

test('a page of HTML with HTTP 200 is no answer; with 502 the status says what it is', async () => {
  const ok = await failureOf(inTurn({ body: HTML }));
  expect([ok.error.code, ok.requests]).toEqual(['PAGE_INVALID', 3]);
  expect(ok.error.message).toContain('not valid JSON: "<" where an object should stand at byte 0');
  const gateway = await failureOf(inTurn({ status: 502, body: HTML }));
  expect([gateway.error.code, gateway.requests]).toEqual(['REQUEST_BUSY', 3]);
  expect(gateway.error.message).toBe('GES refused the request at offset 20: HTTP 502');
});

test('HTTP 400 whose words are damaged says nothing yet: it is asked again', async () => {
  const damaged = { status: 400, body: '{"errorCode":"GES.8001","errorMess' };
  const { read } = await openClient(inTurn(damaged, DONE));
  expect((await read()).envelope.total).toBe(1);
  const stays = await failureOf(inTurn(damaged));
  expect([stays.error.code, stays.requests]).toEqual(['PAGE_INVALID', 3]);
});

test('an empty answer is no answer', async () => {
  expect((await failureOf(inTurn({ body: '' }))).error.code).toBe('PAGE_INVALID');
});

test.each([301, 302, 307, 308])('a redirect (%i) is not followed: the token stays here', async (status) => {
  const elsewhere = await openClient(inTurn(DONE));
  const { error, requests } = await failureOf((request) => ({
    status,
    headers: { location: `http://${request.headers.host}/stolen` },
    body: '{}',
  }));
  expect([error.code, requests]).toEqual(['API_REJECTED', 1]);
  expect(error.facts.httpStatus).toBe(status);
  expect(elsewhere.seen).toEqual([]);
});

test.each<[string, Reply]>([
  ['a refusal', { status: 400, body: '{"errorCode":"GES.8000","errorMessage":"x"}' }],
  ['a refusal in HTML', { status: 503, body: HTML }],
  ['an answer that is no JSON', { body: HTML }],
  ['an answer with an impossible size', { body: '{"data":{"data_total_size":"x"}}' }],
  ['damaged gzip data', gzip(Buffer.from(TEXT))],
])('the trace ID of %s is in the error', async (_, reply) => {
  const { error } = await failureOf(inTurn({ ...reply, headers: { ...reply.headers, TraceID: 'trace-7' } }));
  expect(error.facts.traceId).toBe('trace-7');
  expect(error.details).toMatchObject({ traceId: 'trace-7', httpStatus: reply.status ?? 200 });
});
