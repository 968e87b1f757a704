import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { provideTransfer } from '../../src/cli/memory-keeper.js';
import { freeMemory } from '../../src/client/free-memory.js';
import { createHttp } from '../../src/client/http.js';
import { createIssuer, createServerCertificate } from './certificates.js';

provideTransfer();

const TEXT = randomBytes(3_000_000);

/** Sends in pieces of all sizes, so that a read off the socket brings a part of one, or many of them. */
async function sendPieces(response: ServerResponse, body: Buffer): Promise<void> {
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = [1, 13, 200, 9000, 70_000, 300_000][turn % 6] ?? 1;
    if (!response.write(body.subarray(at, at + size))) await once(response, 'drain');
    at += size;
  }
  response.end();
}

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/length': (response) => response.writeHead(200, { 'content-length': TEXT.length }).end(TEXT),
  '/chunks': (response) => void sendPieces(response.writeHead(200), TEXT),
  '/gzip': (response) =>
    void sendPieces(response.writeHead(200, { 'content-encoding': 'gzip' }), gzipSync(TEXT, { level: 1 })),
};

async function startServer(isTls: boolean): Promise<string> {
  const { cert, keyPem } = createServerCertificate(createIssuer('test issuer'));
  const answer = (url: string | undefined, response: ServerResponse) => ANSWERS[url ?? '']?.(response);
  const server = isTls
    ? createTlsServer({ cert, key: keyPem }, ({ url }, response) => answer(url, response))
    : createServer(({ url }, response) => answer(url, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([false, true])(
  'bodies are whole although the memory of their chunks is freed (TLS: %s)',
  async (isTls) => {
    const origin = await startServer(isTls);
    const timeouts = {
      connectTimeoutMs: 60_000,
      headersTimeoutMs: 60_000,
      bodyTimeoutMs: 60_000,
      requestTimeoutMs: 60_000,
    };
    const http = createHttp({ origin, connections: 2, ...timeouts, network: { insecure: true } });
    onTestFinished(() => http.close());
    const expected = createHash('sha256').update(TEXT).digest('hex');
    const readOne = async (path: string) => {
      const hash = createHash('sha256');
      let freed = 0;
      let before: Uint8Array | null = null;
      for await (const chunk of (await http.send({ method: 'GET', path, headers: {} })).body) {
        if (before?.length === 0) freed++;
        hash.update(chunk);
        before = chunk;
      }
      return { isWhole: hash.digest('hex') === expected, hasFreed: freed > 5 };
    };
    const paths = [...Object.keys(ANSWERS), ...Object.keys(ANSWERS)];
    expect(await Promise.all(paths.map(readOne))).toEqual(
      paths.map(() => ({ isWhole: true, hasFreed: true })),
    );
  },
);

test('memory that Node shares between buffers is left alone', () => {
  const small = Buffer.from('some text');
  freeMemory(small.buffer);
  expect(small.toString()).toBe('some text');
});
