import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { failureOf, readManifest, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { type Answer, pathsBelow, serveHostile, servingRecords } from './hostile-server.js';

const gzipped =
  (...members: readonly Buffer[]): Answer =>
  (_, response) => {
    response.setHeader('content-encoding', 'gzip');
    for (const member of members) response.write(member);
    response.end();
  };

const HEAD = gzipSync('{"data":');
const MEGABYTES_64 = gzipSync(Buffer.alloc(64 << 20, ' '));

/** Writes a few bytes now and then, for as long as anyone listens. */
function drip(response: ServerResponse, write: () => void): void {
  const timer = setInterval(write, 100);
  response.on('close', () => clearInterval(timer));
}

describe('a transport that lies ends with 3, and nothing is written', () => {
  test.for<[string, Answer, RegExp]>([
    [
      'gzip data that unpacks a thousandfold',
      gzipped(HEAD, MEGABYTES_64),
      /unpacks to more than 200 times its size/,
    ],
    [
      'many such members, one after the other',
      gzipped(HEAD, ...Array.from({ length: 40 }, () => MEGABYTES_64)),
      /unpacks to more than 200 times its size/,
    ],
    ['gzip in gzip', gzipped(gzipSync(MEGABYTES_64)), /not valid JSON|invalid UTF-8/],
    ['a header that never comes', () => {}, /^No whole answer from http:\/\/127\.0\.0\.1:\d+ within 1 s/],
    [
      'a header that comes drop by drop',
      (request) => {
        const { socket } = request;
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('x-more: 1\r\n'), 100);
        socket.on('close', () => clearInterval(timer));
        socket.on('error', () => {});
      },
      /^No whole answer from .* within 1 s/,
    ],
    [
      'a body that comes drop by drop',
      (_, response) => {
        response.write('{"data":');
        drip(response, () => response.write(' '));
      },
      /^No whole answer from .* within 1 s/,
    ],
    [
      'gzip members of nothing, drop by drop',
      (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.write(HEAD);
        const nothing = gzipSync('');
        drip(response, () => response.write(nothing));
      },
      /^No whole answer from .* within 1 s/,
    ],
    [
      'a body that stops without an end',
      (_, response) => void response.write('{"data":{"outputs":{'),
      /^No whole answer from .* within 1 s/,
    ],
    [
      'a header of a megabyte',
      (request) => {
        request.socket.on('error', () => {});
        request.socket.write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(1 << 20)}\r\n\r\n`);
      },
      /Headers Overflow|Cannot read from/i,
    ],
    [
      'interim answers without an end',
      (request) => {
        const { socket } = request;
        socket.on('error', () => {});
        const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      /^No whole answer from .* within 1 s|Cannot read from/,
    ],
    [
      'what is no HTTP',
      (request) => void request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      /^Cannot read from /,
    ],
  ])('%s', async ([, answer, message], { folder }) => {
    const { env } = await serveHostile(answer);
    // The limit is short for those who never answer; the others must not meet it on a slow machine.
    const isSlow = message.source.includes('within 1 s');
    const limit = isSlow ? ['--request-timeout', '1s'] : [];
    const args = ['export', 'job', '--out', join(folder, 'out'), '--max-attempts', '1', '--wait', '0'];
    const result = await runCommand([...args, ...limit], { env });
    expect(failureOf(result)).toEqual({ exitCode: 3, line: expect.stringMatching(message) });
    expect(await pathsBelow(folder)).toEqual([]);
  });
});

test('a slow answer is asked for again, and outlived', async ({ folder }) => {
  const records = servingRecords('pagerank', ['{"a":0.5}', '{"b":1.5}']);
  let answers = 0;
  const { env } = await serveHostile((request, response, asked) => {
    if (answers++ % 2 === 0) {
      response.write('{');
      drip(response, () => response.write(' '));
    } else records(request, response, asked);
  });
  const result = await runCommand(['export', 'job', '--out', folder, '--request-timeout', '2s'], { env });
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stderr).toMatch(/^Retrying in .*No whole answer from .* within 2 s/m);
  expect((await readManifest(folder)).total).toBe(2);
});

test.for([301, 302, 303, 307, 308])(
  'a redirect (%i) ends with 1; the token goes nowhere else',
  async (status, { folder }) => {
    const elsewhere = await serveHostile(servingRecords('pagerank', ['{"a":0.5}']));
    const { env, seen } = await serveHostile((_, response) => {
      response.writeHead(status, { location: `${elsewhere.env.GES_ENDPOINT}/stolen` }).end('{}');
    });
    const result = await runCommand(['export', 'job', '--out', join(folder, 'out')], { env });
    const { exitCode, line } = failureOf(result);
    expect([exitCode, line]).toEqual([1, expect.stringContaining(`HTTP ${status}`)]);
    expect([seen.length, elsewhere.seen.length]).toEqual([1, 0]);
    expect(await pathsBelow(folder)).toEqual([]);
  },
);

test('a token that the server repeats in its refusal is blotted out', async ({ folder }) => {
  const { env } = await serveHostile((request, response) => {
    const token = String(request.headers['x-auth-token']);
    response
      .writeHead(400, { TraceID: token })
      .end(JSON.stringify({ errorCode: 'GES.8007', errorMessage: `Invalid token ${token}` }));
  });
  for (const extra of [[], ['--json'], ['--debug']]) {
    const result = await runCommand(['export', 'job', '--out', join(folder, 'out'), ...extra], { env });
    expect(result.exitCode).toBe(1);
    expect(`${result.stdout.toString()}${result.stderr}`).not.toContain(env.GES_TOKEN);
  }
});
