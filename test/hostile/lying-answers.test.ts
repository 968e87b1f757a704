import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GesExportError } from '../../src/errors.js';
import { exportJob } from '../../src/export-job.js';
import { type Reply, serve } from '../client/scripted-server.js';

const TOTAL = 37;
const PAGE = 10;
const RECORDS = Array.from({ length: TOTAL }, (_, index) => `{"v${index}":${index}.25}`);

/** One request for records, and what an honest server says to it. */
interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly page: readonly string[];
  /** The answer with other records, other sizes, or more beside them. */
  readonly answer: (changes?: Changes) => string;
}

interface Changes {
  readonly page?: readonly string[];
  readonly total?: string;
  readonly first?: string;
  readonly last?: string;
  readonly status?: string;
}

type Lie = (asked: Asked) => string;

function askedFor(offset: number, limit: number): Asked {
  const page = RECORDS.slice(offset, offset + limit);
  return {
    offset,
    limit,
    page,
    answer({ page: records = page, total = `${TOTAL}`, first = '', last = '', status = '"success"' } = {}) {
      const sizes = `"data_offset":${offset},"data_return_size":${records.length},"data_total_size":${total}`;
      return `{"data":{"outputs":{${first}"pagerank":[${records.join(',')}],${sizes}${last}}},"status":${status}}`;
    },
  };
}

/** Who is lied to: everybody, those who ask for a page, those who ask for one page of them. */
const WHEN = {
  always: () => true,
  'on pages': ({ limit }: Asked) => limit > 2,
  'on one page': ({ offset, limit }: Asked) => offset === 20 && limit > 2,
} as const;

/** An export to a folder of its own, to be run as often as wanted. */
async function exportOf(endpoint: string, engine: 'columnar' | 'reference', pageSize: number) {
  const out = await mkdtemp(join(tmpdir(), 'ges-lies-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const connection = { endpoint, projectId: 'p1', graph: 'g', token: 't', maxAttempts: 1, wait: 0 } as const;
  return {
    out,
    run: () => exportJob({ ...connection, jobId: 'job', out, format: 'csv', engine, pageSize }),
  };
}

/** Exports what a server that lies gives; its error code, or `null` when it ended well with the right rows. */
async function exportFrom(
  lie: Lie,
  when: keyof typeof WHEN,
  engine: 'columnar' | 'reference',
  pageSize = PAGE,
) {
  const { endpoint } = await serve(({ url }): Reply => {
    const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
    const asked = askedFor(offset, limit);
    return { body: WHEN[when](asked) ? lie(asked) : asked.answer() };
  });
  const { out, run } = await exportOf(endpoint, engine, pageSize);
  try {
    await run();
  } catch (error) {
    if (!(error instanceof GesExportError)) throw error;
    expect(await readdir(out)).not.toContain('_SUCCESS');
    expect(error.message).not.toMatch(/\n/);
    return error.code;
  }
  const rows = RECORDS.map((_, index) => `v${index},${index}.25\n`).join('');
  expect(await readFile(join(out, 'pagerank', 'part-00000.csv'), 'utf8')).toBe(`vertex_id,pagerank\n${rows}`);
  return null;
}

const without = (page: readonly string[], at: number) => page.filter((_, index) => index !== at);

describe.each(['columnar', 'reference'] as const)('with the %s engine', (engine) => {
  test.each<[string, keyof typeof WHEN, Lie, string]>([
    [
      'a list by another name',
      'on one page',
      ({ answer }) => answer().replace('pagerank', 'rank'),
      'PAGE_INVALID',
    ],
    [
      'two names in turn',
      'always',
      ({ offset, answer }) => answer().replace('pagerank', offset >= 20 ? 'rank' : 'pagerank'),
      'PAGE_INVALID',
    ],
    [
      'one name for one record, another for more',
      'on pages',
      ({ answer }) => answer().replace('pagerank', 'rank'),
      'PAGE_INVALID',
    ],
    ['no list of what is declared', 'always', ({ offset }) => noList(offset, 'null'), 'PAGE_COUNT_MISMATCH'],
    ['one map at every offset', 'always', ({ offset }) => noList(offset, '{"v0":1}'), 'PAGE_REPEATED'],
    [
      'a record left out',
      'on pages',
      ({ page, answer }) => answer({ page: without(page, 4) }),
      'TOTAL_CHANGED',
    ],
    ['one left out', 'on one page', ({ page, answer }) => answer({ page: without(page, 4) }), 'PAGE_OVERLAP'],
    [
      'all one record later',
      'on pages',
      ({ offset, limit, answer }) => answer({ page: RECORDS.slice(offset + 1, offset + 1 + limit) }),
      'TOTAL_CHANGED',
    ],
    [
      'rows of a job that runs',
      'on one page',
      ({ answer }) => answer({ status: '"running"' }),
      'TOTAL_CHANGED',
    ],
    [
      'a job that failed in part',
      'on one page',
      ({ answer }) => answer({ status: '"partiallyFailed"' }),
      'TOTAL_CHANGED',
    ],
    [
      'another job',
      'on one page',
      ({ answer }) => answer({ status: '"success","jobId":"other"' }),
      'TOTAL_CHANGED',
    ],
    [
      'two totals, the second wrong',
      'on one page',
      ({ answer }) => answer({ last: ',"data_total_size":99' }),
      'PAGE_INVALID',
    ],
    [
      'two totals, the first wrong',
      'always',
      ({ answer }) => answer({ first: '"data_total_size":99,' }),
      'PAGE_INVALID',
    ],
    [
      'another total one level up',
      'always',
      ({ answer }) => answer().replace('{"outputs"', '{"data_total_size":99,"outputs"'),
      'PAGE_INVALID',
    ],
    [
      'two states',
      'on one page',
      ({ answer }) => answer({ status: '"success","status":"failed"' }),
      'PAGE_INVALID',
    ],
    ['two results', 'on one page', ({ answer }) => answer({ status: '"success","data":{}' }), 'PAGE_INVALID'],
    [
      'an error among the outputs',
      'on one page',
      ({ answer }) => answer({ last: ',"errorCode":"GES.8302"' }),
      'JOB_FAILED',
    ],
    [
      'a listed error beside rows',
      'on one page',
      ({ answer }) => answer({ status: '"success","errors":[{"code":"GES.8904","message":"no label"}]' }),
      'API_REJECTED',
    ],
    [
      'an error beside rows, and no state',
      'on one page',
      ({ answer }) => answer({ status: 'null,"errorCode":"GES.8302"' }),
      'REQUEST_BUSY',
    ],
    [
      'rows of what has failed, and no state',
      'on one page',
      ({ answer }) => answer({ status: 'null,"result":"failed"' }),
      'API_REJECTED',
    ],
    [
      'the list twice',
      'on one page',
      ({ page, answer }) => answer({ page: page.slice(0, -1), last: `,"pagerank":[${page.at(-1)}]` }),
      'PAGE_INVALID',
    ],
    ['records of a total of none', 'always', ({ answer }) => answer({ total: '0' }), 'PAGE_COUNT_MISMATCH'],
    [
      'a total that comes late, and is another',
      'always',
      ({ limit, answer }) => answer({ total: limit === 1 ? 'null' : '99' }),
      'PAGE_COUNT_MISMATCH',
    ],
    [
      'a total that comes late, and is right',
      'always',
      ({ limit, answer }) => answer({ total: limit === 1 ? 'null' : `${TOTAL}` }),
      'none',
    ],
    [
      'two totals that come late',
      'always',
      ({ offset, limit, answer }) =>
        answer({ total: limit === 1 ? 'null' : offset < 20 ? `${TOTAL}` : `${TOTAL + 1}` }),
      'TOTAL_CHANGED',
    ],
    [
      // One of the samples that are read before the pages ends where the last page does.
      'a record that differs from one time to the next',
      'always',
      ({ offset, page, answer }) =>
        answer({ page: offset === TOTAL - PAGE ? [...page.slice(0, -1), '{"v36":0}'] : page }),
      'TOTAL_CHANGED',
    ],
    [
      'another record in the middle',
      'on one page',
      ({ page, answer }) => answer({ page: page.map((record, at) => (at === 4 ? '{"v24":24.5}' : record)) }),
      'TOTAL_CHANGED',
    ],
    [
      'one record twice in the middle and another not at all',
      'on one page',
      ({ page, answer }) => answer({ page: page.map((record, at) => page[at === 4 ? 5 : at] ?? record) }),
      'TOTAL_CHANGED',
    ],
    ['a whole total in quotes', 'always', ({ answer }) => answer({ total: `" ${TOTAL} "` }), 'none'],
    ['a total that is no number', 'on one page', ({ answer }) => answer({ total: '37.5' }), 'PAGE_INVALID'],
    [
      'a total twice, in two forms',
      'always',
      ({ answer }) => answer({ last: `,"data_total_size":"${TOTAL}"` }),
      'PAGE_INVALID',
    ],
    [
      'a state that is told twice',
      'always',
      ({ answer }) => answer({ status: '"success","status":"success"' }),
      'none',
    ],
    [
      'members of all objects',
      'always',
      ({ answer }) => answer({ first: '"__proto__":{"data_total_size":9},' }),
      'none',
    ],
  ])('%s, %s', async (_, when, lie, code) => {
    expect((await exportFrom(lie, when, engine)) ?? 'none').toBe(code);
  });

  test('a total that was none at first is another result', async () => {
    let asked = 0;
    const lie: Lie = ({ answer }) => (asked++ === 0 ? answer({ page: [], total: '0' }) : answer());
    expect(await exportFrom(lie, 'always', engine)).toBe('TOTAL_CHANGED');
  });

  test('tables are not planned from records that no page has', async () => {
    // The sample that is planned from is as long as no page is.
    const lie: Lie = ({ limit, page, answer }) =>
      answer({ page: limit > PAGE ? page.map((_, at) => `{"x${at}":{"deep":${at}}}`) : page });
    expect(await exportFrom(lie, 'always', engine)).toBe('TOTAL_CHANGED');
  });

  test('a sample that contradicts an earlier one leaves no tables to go on with', async () => {
    let isLying = true;
    const { endpoint } = await serve(({ url }): Reply => {
      const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
      const { page, answer } = askedFor(offset, limit);
      const quoted = page.map((record) => record.replace(/:(.*)}/, ':"$1"}'));
      return { body: isLying && limit > PAGE ? answer({ page: quoted }) : answer() };
    });
    const { run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toMatchObject({ code: 'TOTAL_CHANGED' });
    isLying = false;
    const [table] = (await run()).tables;
    expect(table?.columns).toMatchObject([{ type: 'string' }, { type: 'double' }]);
  });

  test('a list that only a sample has is missed on the pages', async () => {
    const late = ',"vertices":[{"id":"q","label":"l","properties":{}}]';
    const lie: Lie = ({ limit, answer }) => answer(limit > PAGE ? { last: late } : {});
    expect(await exportFrom(lie, 'always', engine)).toBe('TOTAL_CHANGED');
  });

  test('without a total, records that a sample showed must come again', async () => {
    let asked = 0;
    // The job, the first sample, the one that is planned from: after them there is nothing behind the first ten.
    const lie: Lie = ({ offset, page, answer }) =>
      answer({ total: 'null', page: ++asked > 3 && offset >= 10 ? [] : page });
    expect(await exportFrom(lie, 'always', engine)).toBe('TOTAL_CHANGED');
  });

  test('a name that only the first answer has is found out', async () => {
    let asked = 0;
    const lie: Lie = ({ answer }) => (asked++ === 0 ? answer().replace('pagerank', 'rank') : answer());
    expect(await exportFrom(lie, 'always', engine)).toBe('PAGE_INVALID');
  });

  test('a list whose name changes where samples and pages agree on it is not two tables', async () => {
    const records = Array.from({ length: 2500 }, (_, index) => `{"v${index}":${index}}`);
    const { endpoint } = await serve(({ url }): Reply => {
      const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
      const page = records.slice(offset, Math.min(offset + limit, offset < 1250 ? 1250 : 2500));
      const sizes = `"data_offset":${offset},"data_return_size":${page.length},"data_total_size":2500`;
      const name = offset < 1250 ? 'pagerank' : 'rank';
      return { body: `{"data":{"outputs":{"${name}":[${page.join()}],${sizes}}},"status":"success"}` };
    });
    const { run } = await exportOf(endpoint, engine, 250);
    await expect(run()).rejects.toThrow(
      /^The records are in the list "pagerank" at offset 0, and in "rank" at offset 1250/,
    );
  });

  test.each([
    ['the middle of a page, in the first list', 'vertices', 4],
    ['the middle of a page, in the second list', 'edges', 4],
    ['its last record', 'edges', 9],
  ] as const)('of several lists that are paged together, %s is compared', async (_, name, index) => {
    const { endpoint } = await servePairs(({ offset, limit, lists }) => {
      if (offset === 20 && limit === PAGE) lists[name][index] = lists[name][0];
      return 200;
    });
    const { run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toMatchObject({ code: 'TOTAL_CHANGED' });
  });

  test('tables that were planned from a sample that lied are not gone on with', async () => {
    let isFirst = true;
    const { endpoint } = await servePairs(({ offset, limit, lists }) => {
      // Only the sample that is planned from is longer than a page; what the first sample shows stays.
      if (isFirst && limit > PAGE)
        lists.edges = lists.edges.map((edge, at) => edge?.replace('[', offset + at === 24 ? '["x",' : '['));
      return isFirst && limit === PAGE && offset === 20 ? 503 : 200;
    });
    const { out, run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toMatchObject({ code: 'REQUEST_BUSY' });
    expect(await readdir(join(out, '.ges-export'))).toEqual(['checkpoint.json']);
    isFirst = false;
    await expect(run()).rejects.toThrow(/^Cannot resume: the records that the tables were planned from/);
    expect(await readdir(out)).toContain('_UNFINISHED');
  });

  test('several lists that tell the truth are exported, whether they were stopped or not', async () => {
    let isFirst = true;
    const { endpoint } = await servePairs(({ offset, limit }) =>
      isFirst && limit === PAGE && offset === 20 ? 503 : 200,
    );
    const { run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toMatchObject({ code: 'REQUEST_BUSY' });
    isFirst = false;
    const { tables } = await run();
    expect(tables.map(({ name, rows }) => [name, rows]).sort()).toEqual([
      ['edges', TOTAL],
      ['vertices', TOTAL],
    ]);
  });

  test.each([
    ['on the page at the beginning', 0, /at the beginning, and another one at offset 0/],
    ['on a later page', 20, /at the beginning, and another one at offset 20/],
  ] as const)('a list that comes whole with every page may not be another one %s', async (_, at, says) => {
    const { endpoint } = await serveBeside(RECORDS, ({ offset, limit }) => offset === at && limit === PAGE);
    const { run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toThrow(says);
  });

  test('a list that comes whole with every page is the same each time', async () => {
    let asked = 0;
    const { endpoint } = await serveBeside(RECORDS.slice(0, 4), ({ limit }) => limit > 1 && asked++ > 0);
    const { run } = await exportOf(endpoint, engine, PAGE);
    await expect(run()).rejects.toThrow(/has other records at offset 0 than before/);
  });

  test.each([
    ['from the second sample on', 2],
    ['on the pages alone', 3],
  ])('a list that comes %s is not there for the same window', async (_, from) => {
    let asked = 0;
    const extra = '"extra":[["a","b"],["c","d"]],';
    const late: Lie = ({ offset, limit, answer }) =>
      offset > 0 || (limit > 1 && ++asked >= from) ? answer({ first: extra }) : answer();
    expect(await exportFrom(late, 'always', engine, PAGE)).toBe('TOTAL_CHANGED');
  });

  test('offsets that are bent are found out one record at a time, too', async () => {
    const bent: Lie = ({ offset, limit, answer }) =>
      offset > 4 && offset < 9 && limit === 1
        ? answer({ page: RECORDS.slice(offset + 1, offset + 2) })
        : answer();
    expect(await exportFrom(bent, 'always', engine, 1)).toBe('PAGE_OVERLAP');
    expect(await exportFrom(({ answer }) => answer(), 'always', engine, 1)).toBe(null);
  });
});

interface Pairs {
  readonly offset: number;
  readonly limit: number;
  /** What the answer holds; may be changed. */
  readonly lists: { vertices: (string | undefined)[]; edges: (string | undefined)[] };
}

function windowOf(url: URL): { readonly offset: number; readonly limit: number } {
  return { offset: Number(url.searchParams.get('offset')), limit: Number(url.searchParams.get('limit')) };
}

/** A result of vertices and edges that are paged together. @param meddle gives the status of the answer */
function servePairs(meddle: (asked: Pairs) => number) {
  const vertices = RECORDS.map((_, at) => `{"id":"v${at}","label":"x","properties":{"p":[${at}]}}`);
  const edges = RECORDS.map(
    (_, at) => `{"source":"v${at}","target":"w","label":"e","properties":{"q":[${at}]}}`,
  );
  return serve(({ url }): Reply => {
    if (url.pathname.endsWith('/schema')) return { status: 400, body: '{}' };
    const { offset, limit } = windowOf(url);
    const lists: Pairs['lists'] = {
      vertices: vertices.slice(offset, offset + limit),
      edges: edges.slice(offset, offset + limit),
    };
    const sizes = `"data_offset":${offset},"data_return_size":${lists.edges.length},"data_total_size":${TOTAL}`;
    const status = meddle({ offset, limit, lists });
    const outputs = `"vertices":[${lists.vertices}],"edges":[${lists.edges}],${sizes}`;
    return { status, body: `{"data":{"outputs":{${outputs}}},"status":"success"}` };
  });
}

/** A result beside whose pages a list stands whole; another one where `isLie`. */
function serveBeside(
  records: readonly string[],
  isLie: (asked: { readonly offset: number; readonly limit: number }) => boolean,
) {
  return serve(({ url }): Reply => {
    if (url.pathname.endsWith('/schema')) return { status: 400, body: '{}' };
    const { offset, limit } = windowOf(url);
    const page = records.slice(offset, offset + limit);
    const paths = `["a","b"],["c","${isLie({ offset, limit }) ? 'e' : 'd'}"]`;
    const sizes = `"data_offset":${offset},"data_return_size":${page.length},"data_total_size":${records.length}`;
    return {
      body: `{"data":{"outputs":{"pagerank":[${page}],"paths":[${paths}],${sizes}}},"status":"success"}`,
    };
  });
}

function noList(offset: number, instead: string): string {
  const sizes = `"data_offset":${offset},"data_return_size":1,"data_total_size":${TOTAL}`;
  return `{"data":{"outputs":{"pagerank":${instead},${sizes}}},"status":"success"}`;
}
