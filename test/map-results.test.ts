import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportJob } from '../src/export-job.js';
import { json, type Script, serve } from './client/scripted-server.js';

const TOTAL = 23;
const scores = Array.from({ length: TOTAL }, (_, index) => [`v${index}`, index / 4] as const);

/** Sizes of an answer; `{}` where it states none. */
type Sizes = (offset: number, count: number) => object;

const STATED: Sizes = (offset, count) => ({
  data_offset: offset,
  data_return_size: count,
  data_total_size: TOTAL,
});

/** A server whose records are the members of one object (ges_03_0077). */
function mapServer(read: (offset: number, limit: number) => typeof scores, sizes: Sizes): Script {
  return ({ url }) => {
    const [offset, limit] = ['offset', 'limit'].map((name) => Number(url.searchParams.get(name)));
    const page = read(offset ?? 0, limit ?? 0);
    const outputs = { pagerank: Object.fromEntries(page), ...sizes(offset ?? 0, page.length) };
    return json({ data: { outputs }, status: 'success' });
  };
}

async function exportFrom(script: Script, pageSize: number) {
  const { endpoint } = await serve(script);
  const out = await mkdtemp(join(tmpdir(), 'ges-export-maps-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const connection = { endpoint, projectId: 'p1', graph: 'g', token: 't', maxAttempts: 1 };
  const manifest = await exportJob({ ...connection, jobId: 'j1', out, pageSize });
  const parts = manifest.tables.flatMap((table) => table.files.map((file) => join(out, file.path)));
  return { manifest, text: (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).join('') };
}

const EXPECTED = ['vertex_id,pagerank', ...scores.map(([id, score]) => `${id},${score}`), ''].join('\n');

const slice = (offset: number, limit: number) => scores.slice(offset, offset + limit);

test.each<[string, Script]>([
  ['in pages', mapServer(slice, STATED)],
  ['in pages that are cut', mapServer((offset, limit) => slice(offset, Math.min(limit, 3)), STATED)],
  ['in pages without a size', mapServer(slice, () => ({}))],
  [
    'whole, with sizes',
    mapServer(
      () => scores,
      (_, count) => STATED(0, count),
    ),
  ],
  [
    'whole, without',
    mapServer(
      () => scores,
      () => ({}),
    ),
  ],
])('a map of vertices %s: one row a vertex', async (_, script) => {
  const { manifest, text } = await exportFrom(script, 5);
  expect(text).toBe(EXPECTED);
  expect(manifest.total).toBe(TOTAL);
});

test('a map of one vertex, whole, without sizes: one row', async () => {
  const whole = mapServer(
    () => scores.slice(0, 1),
    () => ({}),
  );
  for (const pageSize of [1, 5]) {
    const { manifest, text } = await exportFrom(whole, pageSize);
    expect([manifest.total, text]).toEqual([1, 'vertex_id,pagerank\nv0,0\n']);
  }
});

test('a map that is the same at every offset is an error', async () => {
  const same = mapServer(() => scores.slice(0, 1), STATED);
  await expect(exportFrom(same, 5)).rejects.toMatchObject({ code: 'PAGE_REPEATED' });
});

test('a map with more vertices than it states is an error', async () => {
  const lying = mapServer(slice, (offset, count) => ({ ...STATED(offset, count), data_return_size: 1 }));
  await expect(exportFrom(lying, 5)).rejects.toMatchObject({ code: 'PAGE_COUNT_MISMATCH' });
});
