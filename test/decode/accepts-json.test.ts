import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonElements, jsonObject } from './arbitrary-json.js';
import { decode, recordTexts, refusal } from './decode-text.js';

/** What `JSON.parse` says about the bytes, for an answer that must be one object. */
function isJsonObjectText(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

async function compareWithJsonParse(bytes: Buffer): Promise<void> {
  const error = await refusal(bytes);
  expect(error === null, `decode says ${error?.message ?? 'valid'} about ${bytes.toString('latin1')}`).toBe(
    isJsonObjectText(bytes),
  );
  if (error === null) return;
  expect(error.code).toBe('PAGE_INVALID');
  const offset = Number(error.details['byteOffset']);
  expect(offset).toBeGreaterThanOrEqual(0);
  expect(offset).toBeLessThanOrEqual(bytes.length);
}

const MEANINGFUL = [...'{}[]":,\\/-+.eE0123456789tfnu \n\t\r\0\u001f\u007f'].map((c) => c.charCodeAt(0));
const byte = fc.oneof(fc.constantFrom(...MEANINGFUL), fc.nat({ max: 255 }));

test('with one byte changed, removed or inserted, an answer is accepted exactly when JSON.parse accepts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      jsonObject,
      jsonElements,
      fc.constantFrom('change', 'remove', 'insert'),
      fc.nat(),
      byte,
      async (object, records, change, position, value) => {
        const text = `{"data":{"outputs":{"rows":[${records.map((item) => item.spelled).join(',')}]}},"x":${object.spelled}}`;
        const bytes = Buffer.from(text);
        const at = position % bytes.length;
        const inserted = change === 'remove' ? [] : [value];
        const mutated = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(inserted),
          bytes.subarray(change === 'insert' ? at : at + 1),
        ]);
        await compareWithJsonParse(mutated);
      },
    ),
    { numRuns: 3000 },
  );
});

test('a short run of any meaningful bytes is accepted exactly when JSON.parse accepts it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { maxLength: 6 }), async (run) => {
      await compareWithJsonParse(Buffer.concat([Buffer.from('{"a":'), Buffer.from(run), Buffer.from('}')]));
    }),
    { numRuns: 3000 },
  );
});

test('every cut of a valid answer is refused at its end', async () => {
  const text = '{"data":{"outputs":{"rows":[{"é\\u00e9":-1.5e+3},[true,null,"\\n"]]}},"status":"success"}';
  const bytes = Buffer.from(text);
  expect(await refusal(bytes)).toBeNull();
  for (let length = 0; length < bytes.length; length++) {
    const error = await refusal(bytes.subarray(0, length));
    expect(error?.code, `cut after ${length} bytes`).toBe('PAGE_INVALID');
    // A cut in a literal, an escape or a character is reported where that begins.
    expect(length - Number(error?.details['byteOffset'])).toBeLessThanOrEqual(6);
  }
});

const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

test('a record may nest 1000 deep; nesting without end is refused before the stack ends', async () => {
  const body = await decode(`{"data":{"outputs":{"rows":[${nested(1000)}]}}}`);
  expect(recordTexts(body.lists[0])).toEqual([nested(1000)]);
  for (const text of [
    `{"data":{"outputs":{"rows":[${nested(1100)}]}}}`,
    `{"a":${nested(1100)}}`.replace('"a":[', '"a":{"b":[').replace(/\}$/, '}}'),
    `{"rows":[${'['.repeat(2_000_000)}`,
    `{"a":${'{"a":'.repeat(500_000)}`,
  ]) {
    const error = await refusal(text);
    expect(error?.code).toBe('PAGE_INVALID');
    expect(error?.message).toContain('nesting deeper than 1024');
  }
});
