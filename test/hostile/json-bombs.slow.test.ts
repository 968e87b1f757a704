import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { failureOf, readManifest, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { type Answer, pathsBelow, serveHostile, servingRecords } from './hostile-server.js';

const PIECE = Buffer.alloc(1 << 20, ' ');

/** Sends a beginning, then the same piece again and again, for as long as anyone reads. */
const endless =
  (head: string, piece: Buffer | string): Answer =>
  (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    response.write(head);
    more();
  };

const fixed =
  (...pieces: readonly (string | Buffer)[]): Answer =>
  (_, response) => {
    for (const piece of pieces) response.write(piece);
    response.end();
  };

/** Little enough that whoever keeps what a bomb unfolds to does not end with a code of ours. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=512' };

describe('an answer that is meant to fill the memory ends with 3 and one line', () => {
  test.for<[string, Answer, RegExp]>([
    ['nesting without end', fixed(`{"data":${'['.repeat(3_000_000)}`), /nesting deeper than 1024/],
    ['objects in objects', fixed(`{"data":${'{"data":'.repeat(1_000_000)}`), /nesting deeper than 1024/],
    ['a body of white space without end', endless('{"data":', PIECE), /longer than 268435456 bytes/],
    [
      'records without end',
      endless('{"data":{"outputs":{"pagerank":[{"a":1}', ',{"a":1}'.repeat(50_000)),
      /has more than 16777216 records|longer than 268435456 bytes/,
    ],
    [
      'a string without end',
      endless('{"data":{"outputs":{"pagerank":["', 'x'.repeat(1 << 20)),
      /longer than 268435456 bytes/,
    ],
    [
      'the shortest records there are',
      fixed('{"data":{"outputs":{"pagerank":[1', ',1'.repeat(17_000_000), ']}},"status":"success"}'),
      /has more than 16777216 records/,
    ],
    [
      'one record of nothing but empty objects',
      fixed('{"data":{"outputs":{"pagerank":[[{}', ',{}'.repeat(6_000_000), ']]}},"status":"success"}'),
      /has a record of more than 16777216 bytes/,
    ],
    [
      'a value beside the records of nothing but empty lists',
      fixed('{"data":{"outputs":{"x":{"y":[[]', ',[]'.repeat(6_000_000), ']}}},"status":"success"}'),
      /more than 16777216 bytes beside its records/,
    ],
    [
      'more members than any answer has',
      fixed(`{"data":{"outputs":{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":[]`).join()}}}}`),
      /an object of more than 10000 members/,
    ],
  ])('%s', async ([, answer, message], { folder }) => {
    const { env } = await serveHostile(answer);
    const out = join(folder, 'out');
    const args = ['export', 'job', '--out', out, '--max-attempts', '1', '--wait', '0'];
    const result = await runCommand(args, { env: { ...env, ...SMALL_HEAP } });
    expect(failureOf(result)).toEqual({ exitCode: 3, line: expect.stringMatching(message) });
    expect(await pathsBelow(folder)).toEqual([]);
  });
});

test('a number of a million digits is kept to the last digit, or refused where a size should stand', async ({
  folder,
}) => {
  const digits = '7'.repeat(1_000_000);
  const { env } = await serveHostile(
    servingRecords(
      'pagerank',
      [`{"a":${digits}}`, `{"b":-0.${digits}}`, `{"c":1e${digits}}`, '{"d":0.5}'],
      `"modularity":${digits},`,
    ),
  );
  const out = join(folder, 'out');
  const result = await runCommand(['export', 'job', '--out', out, '--format', 'ndjson'], { env });
  expect(result.exitCode, result.stderr).toBe(0);
  const manifest = await readManifest(out);
  expect(manifest.scalars['modularity']).toBe(digits);
  const text = await readFile(join(out, 'pagerank/part-00000.ndjson'), 'utf8');
  for (const number of [digits, `-0.${digits}`, `1e${digits}`]) expect(text.includes(number)).toBe(true);
  expect((await runCommand(['verify', out, '--read-data'])).exitCode).toBe(0);

  const lying = await serveHostile((_, response) => {
    response.end(`{"data":{"outputs":{"pagerank":[],"data_total_size":${digits}}},"status":"success"}`);
  });
  const other = join(folder, 'other');
  const refused = await runCommand(['export', 'job', '--out', other, '--max-attempts', '1'], {
    env: lying.env,
  });
  expect(failureOf(refused)).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/data_total_size is not a whole number/),
  });
  expect(refused.stderr.length).toBeLessThan(1000);
});

test('a message of megabytes is cut, on one line and matched in no time', async ({ folder }) => {
  const words = 'token job \u001b[2J\u202e\n'.repeat(1_000_000).replaceAll('\u001b', '\\u001b');
  const { env } = await serveHostile(
    fixed(`{"errorCode":"GES.9999","errorMessage":"${words.replaceAll('\n', '\\n')}"}`),
  );
  const result = await runCommand(['export', 'job', '--out', join(folder, 'out'), '--max-attempts', '1'], {
    env,
  });
  const { exitCode, line } = failureOf(result);
  // So much beside the records is no answer of GES at all.
  expect([exitCode, line.length < 3000]).toEqual([3, true]);
  expect(line).toMatch(/beside its records/);

  const short = await serveHostile(
    fixed(`{"errorCode":"GES.9999","errorMessage":"${'token job '.repeat(1_000_000)}"}`),
  );
  const cut = failureOf(
    await runCommand(['export', 'job', '--out', join(folder, 'out')], { env: short.env }),
  );
  expect(cut.exitCode).toBe(1);
  expect(cut.line).toMatch(/^GES refused the request at offset 0: GES\.9999 "token job /);
  expect(cut.line.length).toBeLessThan(1300);
});

test('properties without end become a thousand columns, and the others go to _overflow', async ({
  folder,
}) => {
  const properties = Array.from({ length: 20_000 }, (_, index) => `"p${index}":["${index}"]`).join();
  const { env } = await serveHostile(
    servingRecords(
      'vertices',
      ['a', 'b', 'c'].map((id) => `{"id":"${id}","label":"x","properties":{${properties}}}`),
    ),
  );
  const out = join(folder, 'out');
  const result = await runCommand(['export', 'job', '--out', out, '--format', 'ndjson'], { env });
  expect(result.exitCode, result.stderr).toBe(0);
  const [table] = (await readManifest(out)).tables;
  expect([table?.columns.length, table?.overflowRows]).toEqual([1003, 3]);
  expect(await readFile(join(out, 'vertices/part-00000.ndjson'), 'utf8')).toContain('"p19999":["19999"]');
  expect((await runCommand(['verify', out, '--read-data', '--remote', '1'], { env })).exitCode).toBe(0);
});
