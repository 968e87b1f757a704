import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { readManifest } from '../cli/export-test.js';

/** Edits a part file (unpacked, for `.gz`) and records its new size and hash, as one who forges an export would. */
export async function recordAnew(out: string, path: string, edit: (bytes: Buffer) => Buffer): Promise<void> {
  const isGzip = path.endsWith('.gz');
  const before = await readFile(join(out, path));
  const content = isGzip ? gunzipSync(before) : before;
  const original = Buffer.from(content);
  const edited = edit(content);
  expect(edited.equals(original), 'the edit changed something').toBe(false);
  const bytes = isGzip ? gzipSync(edited) : edited;
  await writeFile(join(out, path), bytes);
  const manifest = await readManifest(out);
  for (const table of manifest.tables) {
    for (const file of table.files) {
      if (file.path !== path) continue;
      file.bytes = bytes.length;
      file.sha256 = createHash('sha256').update(bytes).digest('hex');
    }
  }
  await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
