import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../cli/export-test.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const fuzz = (...args: readonly string[]) => run(join(HERE, 'fuzz.mjs'), args);

async function run(script: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args]);
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
  expect(exitCode, stdout + stderr).toBe(0);
  expect(stderr, 'only how far it is').toMatch(/^(\d+ inputs in .*\n)*$/);
  const end =
    /^15000 inputs in (\d+) ways, (\d+) with an envelope, (\d+) read by both engines, seed 7, .* 0 findings\n$/;
  const [ways, answers, compared] = (end.exec(stdout) ?? []).slice(1).map(Number);
  expect(ways, 'the inputs go many ways').toBeGreaterThan(80);
  expect(answers, 'many are answers').toBeGreaterThan(2000);
  expect(compared, 'most go to both engines').toBeGreaterThan(10_000);
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

// A copy of the program with one thing changed: every check must see what it is for.
test.for<[string, string, string, string, RegExp]>([
  [
    'a columnar engine that counts wrong',
    'decode/columnar/table-decoder.js',
    'this.#output.end(this.#rows)',
    'this.#output.end(this.#rows > 2 ? this.#rows - 1 : this.#rows)',
    /the engines disagree \(\w+\): rows/,
  ],
  [
    'a columnar engine that loses bytes',
    'decode/columnar/open-output.js',
    'pieces: this.#store.views(0, this.#store.length)',
    'pieces: this.#store.views(0, Math.max(0, this.#store.length - 1))',
    /the engines disagree \((csv|ndjson)\): table/,
  ],
  [
    'a columnar engine that refuses at another place',
    'decode/columnar/window-decoder.js',
    '(at) => this.#scanner.offsetOf(at)',
    '(at) => this.#scanner.offsetOf(at) + 1',
    /the engines disagree .* at byte/,
  ],
  [
    'a columnar engine that takes what the other refuses',
    'decode/columnar/utf8-check.js',
    'if (!isUtf8(whole))',
    'if (false)',
    /the engines disagree .*invalid UTF-8/,
  ],
  [
    'an attempt that leaves something behind',
    'decode/columnar/open-output.js',
    'this.#store.truncate(this.#mark);',
    '',
    /the engines disagree/,
  ],
  [
    'wrong statistics of Parquet',
    'decode/columnar/row-group.js',
    'entries - values,',
    'entries - values + 1,',
    /the engines disagree \(parquet\): table/,
  ],
  [
    'an envelope that throws an error without a type',
    'client/envelope.js',
    'if (!parsed.success) {',
    'if (!parsed.success) { null.none();',
    /the envelope throws TypeError/,
  ],
  [
    'an envelope with numbers that cannot be',
    'client/envelope.js',
    'Number.isSafeInteger(value) && value >= 0',
    'true',
    /(offset|declared|total) is /,
  ],
  [
    'an envelope with endless texts',
    'client/envelope.js',
    'const MAX_TEXT_CHARS = 1000;',
    'const MAX_TEXT_CHARS = 1e9;',
    /(statusWord|errorCode|errorMessage) is string/,
  ],
  [
    'an error that is judged to be none',
    'client/error-table.js',
    'code: CODE_OF[consequence],',
    "code: 'NONE',",
    /the error is judged NONE/,
  ],
  [
    'folders with names from the wire',
    'tables/safe-folder-name.js',
    'return isSafe ? table :',
    'return true ? table :',
    /a table has the folder/,
  ],
  [
    'rows that are too short',
    'decode/reference/row-reader.js',
    'target.push(draft.cells);',
    'target.push(draft.cells.slice(1));',
    /a row has \d+ cells|the engines disagree/,
  ],
  [
    'a table without room for what does not fit',
    'tables/plan-tables.js',
    'export function withOverflow(plan) {',
    'export function withOverflow(plan) { return plan;',
    /no column takes/,
  ],
  [
    'columns of one name',
    'tables/plan-columns.js',
    'export function planColumns(',
    'export function planColumns(...given) { const all = planned(...given); return [...all, ...all]; }\nfunction planned(',
    /two columns have one name/,
  ],
  [
    'a decoder that never ends',
    'decode/reference/decode-body.js',
    'cursor.expectEnd();',
    'while (lists.length > 2) cursor.expectEnd();\n    cursor.expectEnd();',
    /hangs for more than 3 s/,
  ],
])('%s is found out', async ([, path, from, to, message], { folder }) => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const filter = (source: string) => !source.endsWith('.ts');
  for (const name of ['dist', 'test/fuzz', 'test/fuzz-corpus', 'test/decode/columnar', 'package.json'])
    await cp(join(root, name), join(folder, name), { recursive: true, filter });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const edit = async (name: string, before: string, after: string) => {
    const given = await readFile(join(folder, name), 'utf8');
    const changed = given.replace(before, () => after);
    expect(changed, 'there is something to change').not.toBe(given);
    await writeFile(join(folder, name), changed);
  };
  await edit(`dist/${path}`, from, to);
  await edit('test/fuzz/fuzz.mjs', 'HANG_MS = 60_000', 'HANG_MS = 3_000');
  const { exitCode, stdout, stderr } = await run(join(folder, 'test/fuzz/fuzz.mjs'), [
    ...['--runs', '8000', '--seed', '3', '--keep', join(folder, 'kept')],
  ]);
  expect(exitCode, stdout + stderr).toBe(1);
  expect(stdout).toMatch(message);
});

test('a signal ends it with the count so far', async ({ folder }) => {
  const child = spawn(process.execPath, [join(HERE, 'fuzz.mjs'), '--minutes', '60', '--keep', folder]);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const stdout = text(child.stdout);
  // The first line says that it has begun.
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(await stdout).toMatch(/^[1-9]\d* inputs in .*, 0 findings\n$/);
});

test('wrong numbers are refused', async () => {
  expect(await fuzz('--runs', 'many')).toMatchObject({ exitCode: 2, stderr: '--runs must be a number\n' });
});
