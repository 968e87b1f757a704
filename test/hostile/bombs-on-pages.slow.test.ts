import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { failureOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { serveHostile, servingRecords } from './hostile-server.js';

const TOTAL = 450;
const PAGE = 150;
const RECORDS = Array.from({ length: TOTAL }, (_, index) => `{"v${index}":${index}.25}`);
const PAGE_TWO = '{"data":{"outputs":{"pagerank":[{"a":1}';
const PIECE = 'x'.repeat(1 << 20);

/** Sends a piece again and again, for as long as anyone reads. */
function pour(response: ServerResponse, head: string, piece: string | Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  response.write(head);
  more();
}

/** The same by the socket itself, beneath what the server knows of HTTP. */
function pourRaw({ socket }: ServerResponse, head: string, piece: string): void {
  const more = () => {
    while (socket?.destroyed === false && socket.write(piece));
  };
  socket?.on('drain', more);
  socket?.on('error', () => {});
  socket?.write(head);
  more();
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

/** Little enough that whoever keeps what a bomb unfolds to does not end with a code of ours. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=512' };

const SIZE_FAULT = /longer than|within 5 s|nesting deeper/;

const BOMBS: readonly [string, (response: ServerResponse) => void, RegExp][] = [
  [
    'nesting without end in a record',
    (response) => pour(response, `${PAGE_TWO},{"b":`, '['.repeat(1 << 20)),
    /nesting deeper than 1024|longer than 268435456 bytes/,
  ],
  [
    'objects in objects in a record',
    (response) => pour(response, `${PAGE_TWO},{"b":`, '{"c":'.repeat(1 << 18)),
    /nesting deeper than 1024|longer than 268435456 bytes/,
  ],
  [
    'a key without end',
    (response) => pour(response, `${PAGE_TWO},{"`, PIECE),
    /a record of more than 16777216 bytes|longer than 268435456 bytes/,
  ],
  [
    'a number without end',
    (response) => pour(response, `${PAGE_TWO},{"b":`, '7'.repeat(1 << 20)),
    /a record of more than 16777216 bytes|longer than 268435456 bytes/,
  ],
  [
    'a record of members without end',
    (response) => pour(response, `${PAGE_TWO},{"b":1`, ',"c":1'.repeat(1 << 17)),
    /a record of more than 16777216 bytes|longer than 268435456 bytes/,
  ],
  [
    'records without end',
    (response) => pour(response, PAGE_TWO, ',{"b":1}'.repeat(1 << 17)),
    /more than 16777216 records|longer than 268435456 bytes/,
  ],
  [
    'white space without end between records',
    (response) => pour(response, PAGE_TWO, ' '.repeat(1 << 20)),
    /a record of more than 16777216 bytes|longer than 268435456 bytes/,
  ],
  [
    'members without end beside the records',
    (response) => pour(response, `${PAGE_TWO}],"s":[0`, ',[]'.repeat(1 << 18)),
    /a record of more than|more than 16777216 (bytes beside its records|records)|longer than 268435456 bytes/,
  ],
  [
    'gzip data that unpacks a thousandfold',
    (response) => {
      response.setHeader('content-encoding', 'gzip');
      const bomb = gzipSync(Buffer.alloc(64 << 20, ' '));
      response.write(gzipSync(PAGE_TWO));
      for (let time = 0; time < 40; time++) response.write(bomb);
      response.end();
    },
    /unpacks to more than 200 times its size/,
  ],
  [
    'an extension of a chunk without end',
    (response) => pourRaw(response, `${CHUNKED}1;`, PIECE),
    /^No whole answer from .* within 5 s|^Cannot read from /,
  ],
  [
    'trailers without end',
    (response) => pourRaw(response, `${CHUNKED}1\r\n{\r\n0\r\n`, `x-more: ${'y'.repeat(1000)}\r\n`),
    /^Cannot read from /,
  ],
  [
    'headers without end',
    (response) => pourRaw(response, 'HTTP/1.1 200 OK\r\n', `x-more: ${'y'.repeat(1000)}\r\n`),
    /^Cannot read from |Headers Overflow/i,
  ],
];

describe.for([
  ['columnar', []],
  ['columnar', ['--workers', '1']],
  ['reference', []],
] as const)('with the %s engine %s', ([engine, more]) => {
  test.for(BOMBS)(
    'a page that is a bomb ends with 3 and one line, or in smaller pages, and the export goes on without it: %s',
    async ([, explode, message], { folder }) => {
      let isArmed = true;
      let smallerPages = 0;
      const honest = servingRecords('pagerank', RECORDS);
      const { env } = await serveHostile((request, response, asked) => {
        // Samples are shorter than a page; they and smaller pages are honest.
        const isBomb = isArmed && asked.limit === PAGE && asked.offset === PAGE;
        if (isBomb) explode(response);
        else honest(request, response, asked);
        if (asked.offset === PAGE && asked.limit < PAGE) smallerPages++;
      });
      const out = join(folder, 'out');
      const engineArgs = ['--engine', engine, '--page-size', String(PAGE), ...more];
      const args = [
        'export',
        'job',
        '--out',
        out,
        ...engineArgs,
        '--max-attempts',
        '1',
        '--concurrency',
        '1',
      ];
      // The limit is short for what nothing else ends.
      const limit = message.source.includes('within 5 s') ? ['--request-timeout', '5s'] : [];
      const result = await runCommand([...args, ...limit], { env: { ...env, ...SMALL_HEAP } });
      // What takes too long, or is too long, is asked for in smaller pages.
      if (result.exitCode === 0)
        expect([smallerPages > 0, SIZE_FAULT.test(message.source)]).toEqual([true, true]);
      else expect(failureOf(result)).toEqual({ exitCode: 3, line: expect.stringMatching(message) });
      isArmed = false;
      const again = await runCommand(args, { env });
      expect(again.exitCode, again.stderr).toBe(0);
      const rows = RECORDS.map((_, index) => `v${index},${index}.25\n`).join('');
      expect(await readFile(join(out, 'pagerank/part-00000.csv'), 'utf8')).toBe(
        `vertex_id,pagerank\n${rows}`,
      );
    },
  );
});
