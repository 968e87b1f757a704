import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../cli/export-test.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

async function fuzz(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(HERE, 'fuzz.mjs'), ...args]);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

test('no mutated answer crashes, hangs, or is read otherwise than JSON.parse reads it', async ({
  folder,
}) => {
  const { exitCode, stdout, stderr } = await fuzz('--runs', '15000', '--seed', '7', '--keep', folder);
  expect([stderr, exitCode], stdout).toEqual(['', 0]);
  expect(stdout).toMatch(/^15000 inputs in \d+ ways, seed 7, 0 findings\n$/);
  const ways = Number(/in (\d+) ways/.exec(stdout)?.[1]);
  expect(ways, 'the inputs go many ways').toBeGreaterThan(80);
  expect(await readdir(folder)).toEqual([]);
});

test.for<[string, string, RegExp]>([
  [
    'takes what is no JSON',
    'return decode(chunks).catch(() => decode(of("{}")));',
    /takes what JSON\.parse refuses/,
  ],
  [
    'refuses what is JSON',
    'const body = await decode(chunks); if (body.lists.length > 1) throw refusal(); return body;',
    /refuses what JSON\.parse takes/,
  ],
  [
    'throws an error without a type',
    'const body = await decode(chunks); if (body.lists.length > 1) throw new TypeError("oops"); return body;',
    /broken throws TypeError: oops/,
  ],
  [
    'loses a record',
    `const body = await decode(chunks);
     const lists = body.lists.map((list) => list.count < 2 ? list : { ...list, count: list.count - 1,
       *batches() { for (const batch of list.batches()) yield batch.slice(1); } });
     return { ...body, lists };`,
    /does not keep the digits|reads other records|counts \d+ and gives/,
  ],
  [
    'rounds numbers',
    'return decode(of((await text(chunks)).replaceAll("9007199254740993", "9007199254740992")));',
    /does not keep the digits of the numbers|read \d+ of \d+ bytes/,
  ],
])('a decoder that %s is found out', async ([, body, message], { folder }) => {
  const file = join(folder, 'decoders.mjs');
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  await writeFile(
    file,
    `import { text } from 'node:stream/consumers';
     import { DECODERS as HONEST } from ${JSON.stringify(join(HERE, 'decoders.mjs'))};
     import { PageError } from ${JSON.stringify(join(dist, 'errors.js'))};
     const decode = (chunks) => HONEST[0].decode(chunks);
     async function* of(given) { yield Buffer.from(given); }
     const refusal = () => new PageError('PAGE_INVALID', 'no', { retryable: true, details: { byteOffset: 0 } });
     export const DECODERS = [HONEST[0], { name: 'broken', async decode(chunks) { ${body} } }];`,
  );
  const kept = join(folder, 'kept');
  const { exitCode, stdout } = await fuzz('--runs', '3000', '--decoders', file, '--keep', kept);
  expect(exitCode, stdout).toBe(1);
  expect(stdout).toMatch(message);
  const [first] = await readdir(kept);
  expect(await readFile(join(kept, first ?? 'none'))).toBeInstanceOf(Buffer);
});

test('wrong numbers are refused', async () => {
  expect(await fuzz('--runs', 'many')).toMatchObject({ exitCode: 2, stderr: '--runs must be a number\n' });
});
