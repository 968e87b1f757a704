import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

const recordsOf = (text: string) =>
  text.slice(text.indexOf('[') + 1, text.lastIndexOf(']', text.lastIndexOf('"data_return_size"')));

test.each(['pagerank', 'vertices', 'edges', 'paths', 'embeddings'])(
  'unaligned pages of %s put together equal one page',
  async (kind) => {
    const { status } = await openSimulator();
    const job = `synthetic-${kind}-250001`;
    const from = 99_950;
    const whole = recordsOf((await status(job, `?offset=${from}&limit=100000`)).text);
    const pieces: string[] = [];
    for (const [offset, limit] of [
      [from, 13],
      [from + 13, 37],
      [from + 50, 1],
      [from + 51, 60_000],
      [from + 60_051, 39_949],
    ]) {
      pieces.push(recordsOf((await status(job, `?offset=${offset}&limit=${limit}`)).text));
    }
    expect(pieces.join(',') === whole).toBe(true);
  },
);

test('a page over two blocks is valid JSON with distinct records that depend on their offset', async () => {
  const { outputs } = await openSimulator();
  const page = await outputs('synthetic-vertices-300000', '?offset=150000&limit=100000');
  const vertices = page['vertices'] as unknown as { id: string; properties: Record<string, unknown[]> }[];
  expect(vertices).toHaveLength(100_000);
  const misplaced = vertices.filter(({ id }, index) => id !== `v${String(150_000 + index).padStart(9, '0')}`);
  expect(misplaced).toEqual([]);
  expect(vertices.filter(({ properties }) => properties['city'] === undefined).length).toBeGreaterThan(9000);
  expect(vertices.some(({ properties }) => String(properties['name']?.[0]).includes('用户 "'))).toBe(true);
});

test('two simulators serve the same bytes', async () => {
  const query = '?offset=999999990&limit=10';
  const first = await (await openSimulator()).status('synthetic-vertices-1000000000', query);
  const second = await (await openSimulator()).status('synthetic-vertices-1000000000', query);
  expect(first.text).toBe(second.text);
  expect(first.text).toContain('"v999999999"');
});

test('the last page is short, doubles keep their text, longs pass 2^53', async () => {
  const { status } = await openSimulator();
  const { text } = await status('synthetic-vertices-120005', '?offset=120000&limit=100');
  const { outputs } = JSON.parse(text).data;
  expect([outputs.data_return_size, outputs.data_offset, outputs.data_total_size]).toEqual([
    5, 120_000, 120_005,
  ]);
  const scores = [...text.matchAll(/"score":\[([^\]]+)\]/g)].map((match) => match[1] ?? '');
  expect(scores.map((score) => String(Number(score)))).toEqual(scores);
  const codes = [...text.matchAll(/"code":\[(\d+)\]/g)].map((match) => BigInt(match[1] ?? ''));
  expect(codes).toHaveLength(5);
  expect(codes.every((code) => code > 2n ** 53n && code < 2n ** 63n)).toBe(true);
});

test('edges differ in source, target or index', async () => {
  const { outputs } = await openSimulator();
  const edges = (await outputs('synthetic-edges-200000', '?offset=50000&limit=100000'))[
    'edges'
  ] as unknown as Record<'source' | 'target' | 'index', string>[];
  expect(new Set(edges.map(({ source, target, index }) => `${source} ${target} ${index}`)).size).toBe(
    100_000,
  );
});

test('a synthetic job of no records is empty', async () => {
  const { outputs } = await openSimulator();
  expect(await outputs('synthetic-edges-0')).toEqual({
    edges: [],
    data_return_size: 0,
    data_offset: 0,
    data_total_size: 0,
  });
});

test('paths and embeddings begin with their vertex; embeddings are of one length', async () => {
  const { outputs } = await openSimulator();
  const query = '?offset=199990&limit=20';
  const { paths } = await outputs('synthetic-paths-300000', query);
  const vertices = paths as unknown as string[][];
  expect(vertices.map(([first]) => first)).toEqual(vertices.map((_, index) => `v000${199_990 + index}`));
  expect(new Set(vertices.map(({ length }) => length))).toEqual(new Set([2, 3, 4, 5, 6]));
  const { embedding } = await outputs('synthetic-embeddings-300000', query);
  const vectors = (embedding as unknown as Record<string, number[]>[]).map((each) => Object.entries(each)[0]);
  expect(vectors.map((entry) => entry?.[0])).toEqual(vertices.map(([first]) => first));
  expect(vectors.every((entry) => entry?.[1].length === 32)).toBe(true);
  expect(vectors.flatMap((entry) => entry?.[1]).every((value) => Math.abs(Number(value)) < 1)).toBe(true);
});
