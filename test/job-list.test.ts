import { expect, test } from 'vitest';
import { resolveConnection } from '../src/config/options.js';
import { listJobs } from '../src/job-list.js';
import { json, type Reply, type Script, serve } from './client/scripted-server.js';

/** IDs of the jobs that a scripted server lists, the warnings, and the windows it was asked for. */
async function list(script: Script) {
  const { endpoint, seen } = await serve(script);
  const connection = resolveConnection({ endpoint, projectId: 'p1', graph: 'g', token: 't', maxAttempts: 2 });
  const warnings: string[] = [];
  const ids: unknown[] = [];
  for await (const job of listJobs(connection, ({ code }) => warnings.push(code))) ids.push(job.get('jobId'));
  return { ids, warnings, asked: seen.map(({ url }) => url.search) };
}

const job = (id: number) => ({ jobId: `j${id}`, status: 'success' });
const FIRST = '?offset=0&limit=100000';

/** A server that pages, at most `clamp` entries an answer, and states its total as `facts` says. */
function paging(total: number, clamp: number, facts: (offset: number, count: number) => object): Script {
  return ({ url }) => {
    const offset = Number(url.searchParams.get('offset'));
    const limit = Math.min(clamp, Number(url.searchParams.get('limit')));
    const count = Math.max(0, Math.min(limit, total - offset));
    const jobs = Array.from({ length: count }, (_, index) => job(offset + index));
    return json({ jobs, ...facts(offset, count) });
  };
}

const allOf = (total: number) => Array.from({ length: total }, (_, index) => `j${index}`);

test('a list with a number is one request', async () => {
  for (const number of [{ jobCount: 3 }, { totalCount: 3 }, { totalCount: '3', result: 'success' }]) {
    const { ids, warnings, asked } = await list(paging(3, 1e9, () => number));
    expect({ ids, warnings, asked }).toEqual({ ids: allOf(3), warnings: [], asked: [FIRST] });
  }
});

test('without a number another request looks beyond', async () => {
  const empty = await list(paging(3, 1e9, () => ({})));
  expect(empty).toEqual({ ids: allOf(3), warnings: [], asked: [FIRST, '?offset=3&limit=100000'] });
  const refusing: Script = ({ url }) =>
    url.searchParams.get('offset') === '0' ? json({ jobs: [job(0)] }) : json({ errorCode: 'GES.8000' }, 400);
  expect((await list(refusing)).ids).toEqual(['j0']);
});

test('a server that ignores offset and limit has given all at once', async () => {
  const { ids, warnings } = await list(() => json({ jobs: [job(0), job(1)], result: 'success' }));
  expect({ ids, warnings }).toEqual({ ids: ['j0', 'j1'], warnings: [] });
});

test('pages that are shorter than asked for are put together', async () => {
  expect((await list(paging(10, 3, () => ({ jobCount: 10 })))).ids).toEqual(allOf(10));
  expect((await list(paging(10, 3, () => ({})))).ids).toEqual(allOf(10));
  expect((await list(paging(5, 1, () => ({ jobCount: 5 })))).ids).toEqual(allOf(5));
});

test('a number that is that of the page does not end a long list', async () => {
  const { ids } = await list(paging(100_002, 1e9, (_, count) => ({ jobCount: count })));
  expect(ids).toEqual(allOf(100_002));
});

test('jobs may be an object of jobs, null, or none', async () => {
  const map = await list(() => json({ jobs: { a: job(0), b: job(1) }, jobCount: 2 }));
  expect(map.ids).toEqual(['j0', 'j1']);
  expect((await list(() => json({ jobs: [], jobCount: 0 }))).ids).toEqual([]);
  expect((await list(() => json({ jobs: null, jobCount: '0' }))).ids).toEqual([]);
  await expect(list(() => json({ result: 'success' }))).rejects.toMatchObject({ code: 'PAGE_INVALID' });
});

/** A server over a list that `change` alters between requests; pages of at most `clamp`. */
function busy(
  start: readonly number[],
  clamp: number,
  change: (jobs: number[], index: number) => void,
): Script {
  const now = [...start];
  return ({ url }, index) => {
    change(now, index);
    const offset = Number(url.searchParams.get('offset'));
    const limit = Math.min(clamp, Number(url.searchParams.get('limit')));
    return json({ jobs: now.slice(offset, offset + limit).map(job), jobCount: now.length });
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test.each<[string, (jobs: number[], index: number) => void]>([
  ['new jobs come first', (jobs, index) => void jobs.unshift(1000 + index)],
  [
    'many new jobs come first',
    (jobs, index) => void jobs.unshift(...numbers(8).map((id) => 1000 + index * 8 + id)),
  ],
  ['new jobs come last', (jobs, index) => void (index < 9 && jobs.push(1000 + index))],
  ['old jobs go', (jobs, index) => void (jobs.length > 150 && index > 0 && jobs.shift())],
  ['many old jobs go at once', (jobs, index) => void (index === 2 && jobs.splice(0, 60))],
  ['jobs come and go', (jobs, index) => void (index > 0 && jobs.splice(7, 2, 1000 + index))],
])('a long list that changes while it is read holds what stayed, once: %s', async (_, change) => {
  const start = numbers(200);
  const script = busy(start, 20, change);
  const end: number[] = [...start];
  let requests = 0;
  const { ids, warnings } = await list((request, index) => {
    requests++;
    return script(request, index);
  });
  for (let index = 0; index < requests; index++) change(end, index);
  const stayed = start.filter((id) => end.includes(id)).map((id) => `j${id}`);
  expect(ids.filter((id) => stayed.includes(String(id)))).toEqual(stayed);
  expect(new Set(ids).size).toBe(ids.length);
  expect(warnings).toEqual(['JOB_LIST_CHANGED']);
});

test('a list that is another one on each page is an error', async () => {
  const script = busy(numbers(100), 20, (jobs, index) =>
    jobs.splice(0, 100, ...numbers(100).map((id) => id + index * 1000)),
  );
  await expect(list(script)).rejects.toMatchObject({ code: 'TOTAL_CHANGED' });
});

test('a list that ends before the number that it states is an error', async () => {
  await expect(list(paging(30, 20, () => ({ jobCount: 35 })))).rejects.toMatchObject({ code: 'PAGE_SHORT' });
});

test('an offset that is ignored in spite of a number is an error', async () => {
  const jobs = Array.from({ length: 5 }, (_, index) => job(index));
  const repeating: Script = ({ url }) =>
    json({ jobs: jobs.slice(0, Number(url.searchParams.get('limit'))), jobCount: 10 });
  await expect(list(repeating)).rejects.toMatchObject({ code: 'PAGE_REPEATED' });
  const whole = list(() => json({ jobs, jobCount: 10 }));
  await expect(whole).rejects.toMatchObject({ code: 'PAGE_REPEATED' });
});

test.each<[string, Reply, string]>([
  [
    'ges_03_0471',
    json({ errorMessage: 'graph : g not exist', errorCode: 'GES.8000', result: 'failed' }, 400),
    'GRAPH_NOT_FOUND',
  ],
  [
    'an error in HTTP 200',
    json({ errorMessage: 'x', errorCode: 'GES.8000', result: 'failed' }),
    'API_REJECTED',
  ],
  ['no JSON', { body: '<html>' }, 'PAGE_INVALID'],
  ['an entry that is no job', json({ jobs: [1], jobCount: 1 }), 'PAGE_INVALID'],
])('refused: %s', async (_, reply, code) => {
  await expect(list(() => reply)).rejects.toMatchObject({ code });
});

test('one job may stand where the list is, jobs by their IDs may lack them, and no job may be no list', async () => {
  const ids = async (body: object) => (await list(() => json(body))).ids;
  expect(await ids({ jobs: job(1), jobCount: 1 })).toEqual(['j1']);
  expect(await ids({ jobs: { a: { status: 'running' }, b: job(2) }, totalCount: 2 })).toEqual(['a', 'j2']);
  expect(await ids({ totalCount: '0' })).toEqual([]);
  await expect(ids({ result: 'success', totalCount: 3 })).rejects.toMatchObject({ code: 'PAGE_INVALID' });
});

/** The same answers with an object of the jobs, by their IDs, in place of the list. */
function asMap(script: Script): Script {
  return (request, index) => {
    const { jobs, ...facts } = JSON.parse(String(script(request, index).body));
    return json({
      jobs: Object.fromEntries(jobs.map((entry: { jobId: string }) => [entry.jobId, entry])),
      ...facts,
    });
  };
}

test('an object of many jobs is paged like a list', async () => {
  expect((await list(asMap(paging(250, 7, () => ({}))))).ids).toEqual(allOf(250));
  expect((await list(asMap(paging(250, 7, () => ({ totalCount: 250 }))))).ids).toEqual(allOf(250));
});

test('an object of jobs may be longer than anything else beside a list', async () => {
  const rawRequest = 'x'.repeat(1000);
  const jobs = Object.fromEntries(allOf(20_000).map((id) => [id, { status: 'success', rawRequest }]));
  expect((await list(() => json({ jobs, jobCount: 20_000 }))).ids).toEqual(allOf(20_000));
});
