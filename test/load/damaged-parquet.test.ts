import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { loadExport } from '../../src/load-export.js';
import { formatManifest } from '../../src/manifest/manifest.js';
import { test } from '../cli/export-test.js';
import { makeExport } from './make-export.js';

const COLUMNS = [{ name: 'n', type: 'int64', nullable: true }] as const;
const ROWS = Array.from({ length: 400 }, (_, row) => [row % 2 === 0 ? null : parseText(String(row))]);

/** An export of one Parquet part, damaged; with `knows`, its manifest has size and hash of the damaged file. */
async function damagedExport(folder: string, damage: (bytes: Buffer) => Buffer, knows: boolean) {
  const manifest = await makeExport(folder, {
    format: 'parquet',
    compression: 'none',
    tables: [{ name: 't', columns: COLUMNS, parts: [ROWS] }],
  });
  const path = join(folder, 't/part-00000.parquet');
  const bytes = damage(await readFile(path));
  await writeFile(path, bytes);
  if (!knows) return;
  const facts = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const tables = manifest.tables.map((table) => ({
    ...table,
    files: table.files.map((file) => ({ ...file, ...facts })),
  }));
  await writeFile(join(folder, 'manifest.json'), formatManifest({ ...manifest, tables }));
}

/** A run of levels that says to be a milliard long. */
function longRun(bytes: Buffer): Buffer {
  const levels = bytes.indexOf(Buffer.alloc(20, 0xaa));
  expect(levels).toBeGreaterThan(4);
  Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0x00]).copy(bytes, levels - 2);
  return bytes;
}

/** A footer whose list of columns says to have two milliards of them. */
function longFooter(): Buffer {
  const footer = Buffer.from([0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]);
}

test.for<[string, (bytes: Buffer) => Buffer, string]>([
  ['a run of levels', longRun, 'cannot be read: column "n" is not stored as exports do it'],
  ['a footer', longFooter, 'has no readable Parquet footer'],
])('%s that claims milliards is refused before it costs memory', async ([, damage, words], { folder }) => {
  const load = () => loadExport(folder, { to: 'duckdb', file: join(folder, 'db.duckdb') });
  await damagedExport(folder, damage, false);
  await expect(load()).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: expect.stringMatching(/^"t\/part-00000\.parquet" (has changed|has \d+ bytes)/),
  });
  await damagedExport(folder, damage, true);
  await expect(load()).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: `"t/part-00000.parquet" ${words}`,
  });
});
