import { expect, test } from 'vitest';
import { openJob } from '../src/job-source.js';
import { stringifyJson } from '../src/json-value.js';
import { DONE, inTurn, json } from './client/scripted-server.js';
import { openClient } from './client/test-client.js';

test('a job is waited for, each state is told, and its end opens it', async () => {
  const { client, seen } = await openClient(
    inTurn(json({ status: 'pending' }), json({ status: 'running' }), DONE),
  );
  const states: string[] = [];
  const job = await openJob(client, 'j1', { waitMs: 60_000, onStatus: (word) => states.push(word) });
  expect(states).toEqual(['pending', 'running']);
  expect(job).toMatchObject({
    status: 'done',
    statusWord: 'success',
    total: 1,
    isPaged: true,
    primary: 'pagerank',
  });
  expect(seen.map(({ url }) => url.search)).toEqual(Array(3).fill('?offset=0&limit=1'));
});

test.each<[number, string]>([
  [0, 'and --wait is 0'],
  [1, 'after 0 s of waiting'],
])('a job that has not ended after %i ms is not ready', async (waitMs, hint) => {
  const { client } = await openClient(inTurn(json({ status: 'waiting' })));
  await expect(openJob(client, 'j1', { waitMs })).rejects.toMatchObject({
    code: 'JOB_NOT_READY',
    message: `Job "j1" has not finished: its status is "waiting", ${hint}`,
    retryable: true,
  });
});

test('the wait ends on abort with the reason of the signal', async () => {
  const { client } = await openClient(inTurn(json({ status: 'running' })));
  const abort = new AbortController();
  const reason = new Error('stop now');
  const opening = openJob(client, 'j1', {
    waitMs: 600_000,
    signal: abort.signal,
    onStatus: () => setTimeout(() => abort.abort(reason), 5),
  });
  await expect(opening).rejects.toBe(reason);
});

test('a status word of no document is an end only where there is data', async () => {
  const outputs = { pagerank: [{ a: 1 }], data_total_size: 1 };
  const withData = await openClient(inTurn(json({ status: 'rolled up', data: { outputs } })));
  expect(await openJob(withData.client, 'j1', { waitMs: 0 })).toMatchObject({ status: 'unknown', total: 1 });
  for (const data of [undefined, null, {}, { outputs: {} }, { outputs: null }]) {
    const without = await openClient(inTurn(json({ status: 'rolled up', data })));
    await expect(openJob(without.client, 'j1', { waitMs: 0 })).rejects.toMatchObject({
      code: 'JOB_NOT_READY',
    });
  }
});

test('a status word of no document is asked about until it is one', async () => {
  const { client, seen } = await openClient(inTurn(json({ status: 'rolling' }), json({ status: 'x' }), DONE));
  expect(await openJob(client, 'j1', { waitMs: 60_000 })).toMatchObject({ status: 'done', total: 1 });
  expect(seen).toHaveLength(3);
});

test.each<[string, object, object]>([
  [
    'a list with a total is paged',
    { rows: ['a'], data_total_size: 9 },
    { total: 9, isPaged: true, primary: 'rows' },
  ],
  ['a list of one without a total is walked', { rows: ['a'] }, { total: null, isPaged: true }],
  ['more than was asked for is the whole', { rows: ['a', 'b'] }, { total: 2, isPaged: false }],
  ['a path is one record', { path: ['a', 'b', 'c'] }, { total: 1, isPaged: false, primary: 'path' }],
  ['no path is no record', { path: [], source: 'a' }, { total: 0, isPaged: false }],
  ['scalars are one record', { closeness: 0.5 }, { total: 1, isPaged: false, primary: null }],
  [
    'what was asked is no result',
    { sources: ['a'], score: [{ a: 1 }], data_total_size: 5 },
    { primary: 'score' },
  ],
  [
    'all that is declared is the whole',
    { rows: ['a', 'b'], data_total_size: 2 },
    { total: 2, isPaged: false },
  ],
  ['two lists are counted together', { rows: ['a'], more: ['b', 'c'] }, { total: 3, isPaged: false }],
  ['how long a job ran is no result', { runtime: 0.5 }, { total: 0, isPaged: false, primary: null }],
  ['nothing is nothing', {}, { total: 0, isPaged: false, primary: null }],
])('%s', async (_, outputs, expected) => {
  const { client } = await openClient(inTurn(json({ status: 'success', data: { outputs } })));
  expect(await openJob(client, 'j1', { waitMs: 0 })).toMatchObject(expected);
});

test('a result that is not paged is not asked for twice', async () => {
  const { client, seen } = await openClient(
    inTurn(json({ status: 'success', data: { outputs: { rows: ['a', 'b'] } } })),
  );
  const job = await openJob(client, 'j1', { waitMs: 0 });
  const answer = await job.fetchPage({ offset: 0, limit: 2 }, new AbortController().signal);
  answer.body.release();
  const again = await job.fetchPage({ offset: 0, limit: 2 }, new AbortController().signal);
  expect([...(again.body.lists[0]?.batches() ?? [])].flat().map(stringifyJson)).toEqual(['"a"', '"b"']);
  expect(seen).toHaveLength(1);
});

test('an answer that holds nothing of a result that has records is asked for again', async () => {
  const page = (count: number) =>
    json({
      status: 'success',
      data: {
        outputs: {
          pagerank: count === 0 ? [] : [{ '46': 0.5 }],
          data_return_size: count,
          data_offset: 0,
          data_total_size: 1,
        },
      },
    });
  const { client, seen } = await openClient(inTurn(page(0), page(0), page(1)));
  const { total, primary } = await openJob(client, 'j', { waitMs: 0 });
  expect([total, primary, seen.length]).toEqual([1, 'pagerank', 3]);
});
