import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeFolderName } from '../../src/tables/safe-folder-name.js';

test.each(['pagerank', 'Max_WCC-2', '社区发现', 'température'])('%s stays as it is', (name) => {
  expect(safeFolderName(name)).toBe(name);
});

test.each([
  '../x',
  '..',
  '.',
  '',
  '/etc',
  'a/b',
  'a\\b',
  'a b',
  'a.',
  'a:b',
  'a\0b',
  '-rf',
  '_x',
  '.hidden',
  'CON',
  'nul',
  'com1',
  'LPT¹',
  'x'.repeat(300),
  '界'.repeat(300),
  '𠮷'.repeat(300),
  'e\u0301',
  '\ud800',
])('%j gets a name that every file system takes', async (name) => {
  const safe = safeFolderName(name);
  expect(safe).toMatch(/^t[\p{L}\p{N}_-]*_[0-9a-f]{8}$/u);
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
  const root = await mkdtemp(join(tmpdir(), 'ges-names-'));
  await mkdir(join(root, safe));
  expect(await readdir(root)).toEqual([safe]);
  await rm(root, { recursive: true });
});

test('two tables never meet in one folder', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc
      .array(fc.constantFrom('a', '/', '.', '_', ' ', 'é', 'e\u0301'), { maxLength: 4 })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(safeFolderName(one) === safeFolderName(other)).toBe(one === other);
    }),
    { numRuns: 2000 },
  );
});
