import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportJob } from '../src/export-job.js';
import { json, type SeenRequest, serve } from './client/scripted-server.js';

type Lists = Readonly<Record<string, readonly unknown[]>>;

/** One page: the lists of an answer, and what it declares. */
type Paging = (
  offset: number,
  limit: number,
) => { readonly lists: Lists; readonly returned?: number; readonly total?: number };

/** Exports from a server that pages as told, in small windows; rows by table. */
async function exportPaged(paging: Paging, options: Readonly<Record<string, unknown>> = {}) {
  const windowOf = ({ url }: SeenRequest) => [
    Number(url.searchParams.get('offset')),
    Number(url.searchParams.get('limit')),
  ];
  const { endpoint } = await serve((request) => {
    if (request.url.pathname.endsWith('/schema')) return json({ errorCode: 'GES.8803' }, 404);
    const [offset = 0, limit = 0] = windowOf(request);
    const { lists, returned, total } = paging(offset, limit);
    const sizes =
      returned === undefined
        ? {}
        : { data_return_size: returned, data_offset: offset, data_total_size: total };
    return json({ data: { outputs: { ...lists, ...sizes } }, status: 'success' });
  });
  const out = await mkdtemp(join(tmpdir(), 'ges-counter-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const manifest = await exportJob({
    endpoint,
    projectId: 'p1',
    graph: 'g',
    token: 't',
    jobId: 'j1',
    out,
    format: 'ndjson',
    pageSize: 7,
    maxAttempts: 1,
    wait: 0,
    ...options,
  });
  const rows = Object.fromEntries(
    await Promise.all(
      manifest.tables.map(async ({ name, files }) => {
        const texts = await Promise.all(files.map(({ path }) => readFile(join(out, path), 'utf8')));
        const lines = texts.join('').split('\n').slice(0, -1);
        return [name, lines.map((line) => JSON.parse(line) as Record<string, unknown>)] as const;
      }),
    ),
  );
  return { total: manifest.total, rows };
}

const ids = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index}`);
const vertices = ids('v', 40).map((id) => ({ id, label: 'city', properties: {} }));
const edges = ids('e', 25).map((index) => ({
  source: 'a',
  target: 'b',
  index,
  label: 'road',
  properties: {},
}));

function expectGraph({ rows }: Awaited<ReturnType<typeof exportPaged>>): void {
  expect(rows['vertices']?.map((row) => row['id'])).toEqual(ids('v', 40));
  expect(rows['edges']?.map((row) => row['index'])).toEqual(ids('e', 25));
}

test('vertices, then edges, as if they were one list', async () => {
  const result = await exportPaged((offset, limit) => {
    const lists = {
      vertices: vertices.slice(offset, offset + limit),
      edges: edges.slice(Math.max(0, offset - 40), Math.max(0, offset + limit - 40)),
    };
    return { lists, returned: lists.vertices.length + lists.edges.length, total: 65 };
  });
  expectGraph(result);
  expect(result.total).toBe(65);
});

test('vertices and edges, each paged by itself', async () => {
  const result = await exportPaged((offset, limit) => {
    const lists = {
      vertices: vertices.slice(offset, offset + limit),
      edges: edges.slice(offset, offset + limit),
    };
    return { lists, returned: Math.max(lists.vertices.length, lists.edges.length), total: 40 };
  });
  expectGraph(result);
  expect(result.total).toBe(40);
});

test.each(['the first', 'the last'])(
  'of two lists, one behind the other, the name of %s may come first',
  async (place) => {
    const result = await exportPaged((offset, limit) => {
      const own = { vertices: vertices.slice(offset, offset + limit) };
      const other = { edges: edges.slice(Math.max(0, offset - 40), Math.max(0, offset + limit - 40)) };
      const lists = place === 'the first' ? { ...own, ...other } : { ...other, ...own };
      return { lists, returned: own.vertices.length + other.edges.length, total: 65 };
    });
    expectGraph(result);
  },
);

test.each([1, 2, 3])(
  '%i records beside those that are paged, the same with every page, are written once',
  async (beside) => {
    for (const isFirst of [true, false]) {
      const { rows, total } = await exportPaged((offset, limit) => {
        const own = { vertices: vertices.slice(offset, offset + limit) };
        const whole = { edges: edges.slice(0, beside) };
        const lists = isFirst ? { ...whole, ...own } : { ...own, ...whole };
        return { lists, returned: own.vertices.length, total: 40 };
      });
      expect(rows['vertices']?.map((row) => row['id'])).toEqual(ids('v', 40));
      expect(rows['edges']?.map((row) => row['index'])).toEqual(ids('e', beside));
      expect(total).toBe(40);
    }
  },
);

test.each([2, 3])(
  '%i records beside those that are paged: so where no total is stated, only the size of each page',
  async (beside) => {
    const { rows, total } = await exportPaged((offset, limit) => {
      const own = vertices.slice(offset, offset + limit);
      return { lists: { paths: edges.slice(0, beside), vertices: own }, returned: own.length };
    });
    expect(rows['vertices']?.map((row) => row['id'])).toEqual(ids('v', 40));
    expect(rows['paths']).toHaveLength(beside);
    expect(total).toBe(40);
  },
);

test('records beside an empty list are a result too', async () => {
  const { rows } = await exportPaged(() => ({ lists: { edges, vertices: [] }, returned: 0, total: 0 }));
  expect(rows['vertices']).toEqual([]);
  expect(rows['edges']?.map((row) => row['index'])).toEqual(ids('e', 25));
});

test('an empty list that no page names is no table beside others, and one alone is', async () => {
  const beside = await exportPaged((offset, limit) => {
    const page = vertices.slice(offset, offset + limit);
    return { lists: { vertices: page, hints: [] }, returned: page.length, total: 40 };
  });
  expect(Object.keys(beside.rows)).toEqual(['vertices']);
  const alone = await exportPaged(() => ({ lists: { hints: [] }, returned: 0, total: 0 }));
  expect(alone.rows).toEqual({ records: [] });
});

test('the lists of an answer may stand in another order on each page', async () => {
  const result = await exportPaged((offset, limit) => {
    const own = { vertices: vertices.slice(offset, offset + limit) };
    const other = { edges: edges.slice(offset, offset + limit) };
    const lists = offset % 2 === 0 ? { ...own, ...other } : { ...other, ...own };
    return { lists, returned: Math.max(lists.vertices.length, lists.edges.length), total: 40 };
  });
  expectGraph(result);
  expect(result.total).toBe(40);
});

test('each paged by itself without any size: the longer list is read to its end', async () => {
  const paged = (offset: number, limit: number) => ({
    edges: edges.slice(offset, offset + limit),
    vertices: vertices.slice(offset, offset + limit),
  });
  expectGraph(await exportPaged((offset, limit) => ({ lists: paged(offset, limit) })));
});

test('an answer that is not paged holds all records of all its lists', async () => {
  const result = await exportPaged(() => ({ lists: { vertices, edges } }));
  expectGraph(result);
  expect(result.total).toBe(65);
});

/** Pairs with 0 to 4 paths; a pair without a path counts as one. */
const groups = Array.from({ length: 30 }, (_, index) => ({
  source: `s${index}`,
  target: 't',
  paths: ids('p', (index * 7) % 5).map((id) => [`s${index}`, id, 't']),
}));
const flat = groups.flatMap(({ source, target, paths }) =>
  (paths.length === 0 ? [null] : paths).map((vertices_) => ({ source, target, vertices: vertices_ })),
);

test.each([1, 3, 7, 1000])(
  'sizes that count paths cut pairs in two; no path is lost or doubled in pages of %i',
  async (pageSize) => {
    const { total, rows } = await exportPaged(
      (offset, limit) => {
        const page = flat.slice(offset, offset + limit);
        const cut: { source: string; target: string; paths: unknown[] }[] = [];
        for (const { source, target, vertices: path } of page) {
          if (cut.at(-1)?.source !== source) cut.push({ source, target, paths: [] });
          if (path !== null) cut.at(-1)?.paths.push(path);
        }
        return { lists: { batch_paths: cut }, returned: page.length, total: flat.length };
      },
      { pageSize },
    );
    expect(total).toBe(flat.length);
    expect(rows['batch_paths']).toEqual(
      flat.map(({ source, target, vertices: path }, path_id) => ({
        source,
        target,
        path_id,
        vertices: path,
      })),
    );
  },
);

test('sizes that count pairs keep each pair whole', async () => {
  const { total, rows } = await exportPaged((offset, limit) => {
    const page = groups.slice(offset, offset + limit);
    return { lists: { batch_paths: page }, returned: page.length, total: groups.length };
  });
  expect(total).toBe(30);
  expect(rows['batch_paths']).toHaveLength(flat.length);
  expect(rows['batch_paths']?.filter((row) => row['source'] === 's2').map((row) => row['path_id'])).toEqual([
    0, 1, 2, 3,
  ]);
});

test('groups whose number agrees with no way of counting are refused', async () => {
  const refused = exportPaged((offset, limit) => {
    const page = groups.slice(offset, offset + limit);
    return { lists: { batch_paths: page }, returned: page.length + 100, total: groups.length };
  });
  await expect(refused).rejects.toMatchObject({ code: 'PAGE_COUNT_MISMATCH' });
});

test('rows of Cypher are read in pages like any other', async () => {
  const data = ids('v', 40).map((id, rank) => ({ row: [id, rank], meta: [null, null] }));
  const { total, rows } = await exportPaged((offset, limit) => {
    const page = data.slice(offset, offset + limit);
    return { lists: { columns: ['id', 'rank'], data: page }, returned: page.length, total: 40 };
  });
  expect(total).toBe(40);
  expect(rows['data']).toEqual(ids('v', 40).map((id, rank) => ({ id, rank })));
});

test('so are the rows of results[] of the synchronous answer', async () => {
  const data = ids('v', 40).map((id, rank) => ({ row: [id, rank] }));
  const { rows } = await exportPaged((offset, limit) => {
    const page = data.slice(offset, offset + limit);
    const results = [{ columns: ['id', 'rank'], data: page }];
    return { lists: { results, errors: [] }, returned: page.length, total: 40 };
  });
  expect(rows).toEqual({ results: ids('v', 40).map((id, rank) => ({ id, rank })) });
});
