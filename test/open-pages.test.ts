import { expect, test } from 'vitest';
import { stringifyJson } from '../src/json-value.js';
import { openPages, type PageOptions } from '../src/open-pages.js';
import { json, type Script, serve } from './client/scripted-server.js';

const RECORDS = Array.from({ length: 95 }, (_, index) => ({ [`v${index}`]: index }));

/** A server that pages as documented. */
const paged =
  (total: number | null): Script =>
  ({ url }) => {
    const offset = Number(url.searchParams.get('offset'));
    const rows = RECORDS.slice(offset, offset + Number(url.searchParams.get('limit')));
    const sizes = { data_return_size: rows.length, data_offset: offset };
    const outputs = { pagerank: rows, ...sizes, ...(total === null ? {} : { data_total_size: total }) };
    return json({ data: { outputs }, status: 'success' });
  };

async function open(script: Script, changes: Partial<PageOptions> = {}) {
  const { endpoint, seen } = await serve(script);
  const connection = { endpoint, projectId: 'p1', graph: 'g', token: 't', jobId: 'j1', maxAttempts: 1 };
  return { seen, pages: openPages({ ...connection, pageSize: 10, ...changes }) };
}

test.each([95, null])('pages come in order and hold every record (total %s)', async (total) => {
  const { pages, seen } = await open(paged(total));
  const texts: string[] = [];
  for await (const page of pages) {
    expect(page.offset).toBe(texts.length);
    expect(page.total).toBe(total);
    const records = page.lists.get('pagerank') ?? [];
    expect(records).toHaveLength(page.count);
    texts.push(...records.map(stringifyJson));
  }
  expect(texts).toEqual(RECORDS.map((record) => JSON.stringify(record)));
  expect(seen[0]?.url.search).toBe('?offset=0&limit=1');
});

test('leaving the loop stops the requests', async () => {
  const { pages, seen } = await open(paged(95), { concurrency: 2 });
  for await (const page of pages) {
    expect(page.offset).toBe(0);
    break;
  }
  const asked = seen.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen.length).toBe(asked);
  expect(asked).toBeLessThanOrEqual(1 + 3);
});

test('a result that is not paged is one page, however small the page size', async () => {
  const answer = json({ data: { outputs: { vertex_triangles: RECORDS } }, status: 'success' });
  const { pages, seen } = await open(() => answer);
  const counts: number[] = [];
  for await (const page of pages) counts.push(page.lists.get('vertex_triangles')?.length ?? 0);
  expect(counts).toEqual([95]);
  expect(seen).toHaveLength(1);
});

test('a page that breaks the laws, a wrong option and an abort are errors', async () => {
  const wrong = await open((request, index) => paged(index === 0 ? 95 : 96)(request, index));
  await expect(wrong.pages.next()).rejects.toMatchObject({ code: 'TOTAL_CHANGED' });
  const option = await open(paged(95), { projectId: 'a/b' });
  await expect(option.pages.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const reason = new Error('stop');
  const aborted = await open(paged(95), { signal: AbortSignal.abort(reason) });
  await expect(aborted.pages.next()).rejects.toBe(reason);
});

test.each([0, 100_001, 1.5])('a page size of %d is refused before any request', async (pageSize) => {
  const { pages, seen } = await open(paged(95), { pageSize });
  await expect(pages.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(seen).toEqual([]);
});

test.each([0, 1.5])('a concurrency of %d is refused before any request', async (concurrency) => {
  const { pages, seen } = await open(paged(95), { concurrency });
  await expect(pages.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(seen).toEqual([]);
});
