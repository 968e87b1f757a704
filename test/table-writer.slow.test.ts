import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TableCheckpoint } from '../src/checkpoint/checkpoint-file.js';
import { LocalPlace } from '../src/destination/local-place.js';
import type { OutputPlace } from '../src/destination/output-place.js';
import type { PlannedColumn, TablePlan } from '../src/model.js';
import { sinkFormats } from '../src/sinks/sink-formats.js';
import { type TableOutput, TableWriter } from '../src/table-writer.js';
import { decode } from './decode/decode-text.js';
import { type FakeS3, startFakeS3 } from './destination/fake-s3.js';
import { openStorePlace } from './destination/store-place.js';
import { PLAIN_CSV } from './sinks/table-fixtures.js';

const column = (name: string): PlannedColumn => ({
  name,
  type: 'string',
  nullable: true,
  source: 'member',
  member: name,
});
const PLAN: TablePlan = {
  name: 'rows',
  folder: 'rows',
  feed: 'elements',
  list: 'rows',
  shape: 'object',
  columns: [column('key'), column('text')],
  partitionBy: ['key'],
};

function outputTo(place: OutputPlace): TableOutput {
  return {
    format: sinkFormats.ndjson,
    compression: 'none',
    csv: PLAIN_CSV,
    raw: false,
    rowsPerFile: Number.MAX_SAFE_INTEGER,
    fileBytes: Number.MAX_SAFE_INTEGER,
    createPart: (path) => place.createPart(path),
    resumePart: (part) => place.resumePart(part),
    onFinished: () => {},
    signal: new AbortController().signal,
    canRestart: false,
    clean: (text) => text,
  };
}

let folder = '';
let store: FakeS3;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ges-export-'));
  store = await startFakeS3();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const KEYS = Array.from({ length: 20 }, (_, index) => `k${index}`);
const MIB = 1024 * 1024;

/** Two windows, in each of which every partition gets a row of about 1.3 MiB, the last ones a little more. */
async function writeWindows(place: OutputPlace, stopAfter: number, from: TableCheckpoint | null) {
  const output = outputTo(place);
  const first = from?.openPartitions?.[0]?.endOffset ?? 0;
  const table =
    from === null ? TableWriter.start(PLAN, output) : await TableWriter.resume(from, output, first);
  let saved: TableCheckpoint | null = null;
  for (let offset = first; offset < stopAfter * KEYS.length; offset += KEYS.length) {
    const rows = KEYS.map((key, index) => ({ key, text: 'x'.repeat(1.3 * MIB + index * 1000) }));
    const body = await decode(JSON.stringify({ data: { outputs: { rows } } }));
    await table.writeAnswer(body, offset);
    body.release();
    saved = await table.commitWindow({ offset, limit: KEYS.length });
    await place.saveCheckpoint(JSON.stringify(saved));
  }
  if (stopAfter < 2) {
    await table.close();
    return saved;
  }
  const end = await table.finish();
  await place.saveCheckpoint(JSON.stringify(end));
  return end;
}

test('at a store the largest parts end before more than 48 MiB wait in checkpoints, stopped or not', async () => {
  const whole = await writeWindows(await openStorePlace(store, 'whole'), 2, null);
  // After the second window 52 MiB would wait: the parts that are largest are finished then, as few as that takes.
  expect(whole?.files.map(({ partition }) => partition?.[0])).toEqual(['k19', 'k18', ...KEYS.slice(0, 18)]);
  const waiting = whole?.files.slice(2).reduce((sum, file) => sum + file.bytes, 0) ?? 0;
  expect(waiting).toBeLessThanOrEqual(48 * MIB);
  expect(waiting + (whole?.files[1]?.bytes ?? 0)).toBeGreaterThan(48 * MIB);

  const saved = await writeWindows(await openStorePlace(store, 'stopped'), 1, null);
  const again = await openStorePlace(store, 'stopped');
  await again.loadCheckpoint();
  expect(await writeWindows(again, 2, saved)).toEqual(whole);
});

test('a value too long for the name of a folder is refused', async () => {
  const place = new LocalPlace(folder);
  const table = TableWriter.start(PLAN, outputTo(place));
  const answer = async (key: string) => decode(JSON.stringify({ data: { outputs: { rows: [{ key }] } } }));
  await table.writeAnswer(await answer('界'.repeat(83)), 0);
  await expect(table.writeAnswer(await answer('界'.repeat(84)), 1)).rejects.toMatchObject({
    code: 'PARTITION_REFUSED',
    message: expect.stringMatching(/^Column "key" of table "rows" holds a value too long/),
  });
  await table.close();
});
