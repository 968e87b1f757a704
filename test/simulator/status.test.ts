import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

test('a finished job answers a page with its sizes inside outputs, then the status', async () => {
  const { status } = await openSimulator();
  const reply = await status('pagerank', '?offset=2&limit=3');
  expect(reply.httpStatus).toBe(200);
  expect(reply.headers['content-type']).toContain('application/json');
  expect(reply.headers['traceid']).toMatch(/^[0-9a-f]{32}$/);
  expect(reply.text).toMatch(
    /^\{"data":\{"outputs":\{"pagerank":\[(\{"[A-Z]{3}":0\.\d+\},?){3}\],"runtime":0\.35,"data_return_size":3,"data_offset":2,"data_total_size":305\}\},"status":"success"\}$/,
  );
});

test('layout data puts the sizes beside outputs', async () => {
  const { status } = await openSimulator({ layout: 'data' });
  const { data } = JSON.parse((await status('louvain', '?limit=2')).text);
  expect(Object.keys(data)).toEqual(['outputs', 'data_return_size', 'data_offset', 'data_total_size']);
  expect(Object.keys(data.outputs)).toEqual(['modularity', 'community_num', 'community', 'runtime']);
});

test('without offset and limit the first 100000 records come', async () => {
  const { outputs } = await openSimulator();
  const page = await outputs('synthetic-pagerank-100001');
  expect(page['data_return_size']).toBe(100_000);
  expect(page['data_offset']).toBe(0);
});

test.each(['limit=0', 'limit=100001', 'limit=-1', 'limit=x', 'limit=', 'offset=-1', 'offset=1.5'])(
  '%s is refused with GES.8000',
  async (query) => {
    const { status } = await openSimulator();
    const reply = await status('pagerank', `?${query}`);
    expect(reply.httpStatus).toBe(400);
    expect(JSON.parse(reply.text)).toMatchObject({ errorCode: 'GES.8000' });
  },
);

test('past the end the list is empty', async () => {
  const { outputs } = await openSimulator();
  expect(await outputs('pagerank', '?offset=305&limit=10')).toMatchObject({
    pagerank: [],
    data_return_size: 0,
    data_offset: 305,
    data_total_size: 305,
  });
});

test('an unknown job is GES.8301 with the documented words', async () => {
  const { status } = await openSimulator();
  for (const id of ['nobody', 'synthetic-pagerank-1000000001', 'synthetic-walks-5', '%E0%A4%A']) {
    const reply = await status(id);
    expect(reply.httpStatus).toBe(400);
    expect(JSON.parse(reply.text)).toEqual({
      errorMessage: `can not find job, jobId is  ${id}`,
      errorCode: 'GES.8301',
    });
  }
});

test('a submitted job is pending, then running, then done', async () => {
  const { send, status } = await openSimulator({ pendingMs: 60, runningMs: 60 });
  const body = { algorithmName: 'pagerank', parameters: {} };
  const { jobId } = JSON.parse(
    (await send('action?action_id=execute-algorithm', { method: 'POST', body })).text,
  );
  const seen = new Set<string>();
  while (!seen.has('success')) seen.add(JSON.parse((await status(jobId)).text).status);
  expect([...seen]).toEqual(['pending', 'running', 'success']);
});

test('pending-forever stays at {"status":"pending"}', async () => {
  const { status } = await openSimulator();
  expect((await status('pending-forever')).text).toBe('{"status":"pending"}');
});

test('every documented way to fail has a job', async () => {
  const { status } = await openSimulator();
  const failure = {
    errorMessage: 'Running algorithm [shortest_path] error: parameter [source] is invalid!',
    errorCode: 'GES.8301',
  };
  const answers: Record<string, [number, unknown]> = {
    failed: [400, failure],
    'failed-200': [200, { ...failure, status: 'failed' }],
    'hyg-failed': [400, { ...failure, status: 'complete', result: 'failed' }],
    'hyg-sync': [200, { status: 'complete', result: 'success' }],
  };
  for (const [id, [httpStatus, body]] of Object.entries(answers)) {
    const reply = await status(id);
    expect([reply.httpStatus, JSON.parse(reply.text)]).toEqual([httpStatus, body]);
  }
  expect(JSON.parse((await status('hyg-pagerank', '?limit=1')).text).status).toBe('complete');
  expect(JSON.parse((await status('partially-failed', '?limit=1')).text).status).toBe('partiallyFailed');
});

test('odd jobs keep their odd values on the wire', async () => {
  const { status, outputs } = await openSimulator();
  const { text } = await status('odd-vertices');
  expect(text).toContain('"big":[9223372036854775807]');
  expect(text).toContain('"big":[-9223372036854775808]');
  expect(text).toContain('"big":[9007199254740993]');
  expect(text).toContain('first\\nsecond\\r\\nthird\\tend');
  expect(text).toContain('\\u0007');
  expect([...text].every((character) => character >= ' ')).toBe(true);
  expect(text).toContain('薇 name');
  expect((await outputs('empty-vertices'))['data_total_size']).toBe(0);
  const untold = await outputs('no-total', '?offset=240&limit=100');
  expect(untold['data_return_size']).toBe(10);
  expect(untold).not.toHaveProperty('data_total_size');
  expect((await outputs('unknown-shape'))['data_total_size']).toBe(3);
  expect((await outputs('circles'))['circles']?.[0]?.[1]).toEqual({
    source: 'ATL',
    target: expect.any(String),
    index: '0',
  });
  const [vector] = Object.values((await outputs('embedding'))['embedding']?.[0] ?? {});
  expect(vector).toEqual(Array.from({ length: 4 }, () => expect.any(Number)));
});
