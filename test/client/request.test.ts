import { expect, test } from 'vitest';
import { stringifyJson } from '../../src/json-value.js';
import { DONE, inTurn, json, serve } from './scripted-server.js';
import { openClient } from './test-client.js';

test('a page is one GET with the token and the language of the error table', async () => {
  const { read, seen } = await openClient(inTurn(DONE));
  const { envelope, body } = await read();
  expect(seen).toHaveLength(1);
  expect(`${seen[0]?.method} ${seen[0]?.url.pathname}${seen[0]?.url.search}`).toBe(
    'GET /ges/v1.0/p1/graphs/movies/jobs/j1/status?offset=20&limit=10',
  );
  expect(seen[0]?.headers).toMatchObject({
    'x-auth-token': 'secret-token',
    'x-language': 'en-us',
    'content-type': 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'ges-export',
  });
  expect(envelope).toEqual({
    statusWord: 'success',
    status: 'done',
    errorCode: null,
    errorMessage: null,
    jobId: null,
    hasFailed: false,
    hasData: true,
    offset: 0,
    declared: 1,
    total: 1,
  });
  expect(body.lists.map((list) => [list.key, [...list.batches()].flat().map(stringifyJson)])).toEqual([
    ['pagerank', ['{"46":0.5}']],
  ]);
});

test('a path in front of the API is kept', async () => {
  const { endpoint, seen } = await serve(inTurn(DONE));
  const { client } = await openClient(inTurn(DONE), { endpoint: `${endpoint}/proxy/a/` });
  await client.readJob('j1', { offset: 0, limit: 1 });
  expect(seen[0]?.url.pathname).toBe('/proxy/a/ges/v1.0/p1/graphs/movies/jobs/j1/status');
});

test('names are encoded', async () => {
  const { seen, client } = await openClient(inTurn(DONE), { graph: '电影/1 a?' });
  await client.readJob('a/../b?c#d', { offset: 0, limit: 1 });
  expect(seen[0]?.url.pathname).toBe(
    `/ges/v1.0/p1/graphs/${encodeURIComponent('电影/1 a?')}/jobs/a%2F..%2Fb%3Fc%23d/status`,
  );
});

test('listing the jobs and reading the schema go to the graph', async () => {
  const { client, seen } = await openClient(
    inTurn(json({ jobs: [], jobCount: 0 }), json({ data: { schema: [] } })),
  );
  await client.listJobs({ offset: 5, limit: 7 });
  await client.readSchema();
  expect(seen.map(({ url }) => url.pathname + url.search)).toEqual([
    '/ges/v1.0/p1/graphs/movies/jobs/status?offset=5&limit=7',
    '/ges/v1.0/p1/graphs/movies/schema',
  ]);
});

test('a graph without a schema call gives null; a graph that is busy does not', async () => {
  for (const reply of [
    { status: 404, body: '<html>Not Found</html>' },
    json({ errorCode: 'GES.8803', errorMessage: 'schema query failed' }, 400),
  ]) {
    const { client } = await openClient(inTurn(reply));
    expect(await client.readSchema()).toBeNull();
  }
  const { client } = await openClient(inTurn({ status: 503 }));
  await expect(client.readSchema()).rejects.toMatchObject({ code: 'REQUEST_BUSY' });
});

test('paging fields are read in outputs and in data, as numbers and as text', async () => {
  const sizes = { data_return_size: '3', data_offset: '20', data_total_size: 25 };
  for (const data of [{ outputs: { vertices: [], ...sizes } }, { outputs: { vertices: [] }, ...sizes }]) {
    const { read } = await openClient(inTurn(json({ data, status: 'success' })));
    expect((await read()).envelope).toMatchObject({ offset: 20, declared: 3, total: 25 });
  }
  const without = await openClient(inTurn(json({ data: { outputs: { path: [] } }, status: 'success' })));
  expect((await without.read()).envelope).toMatchObject({ offset: null, declared: null, total: null });
});

test.each(['many', '', -1, 1.5, true, { n: 1 }, 2 ** 60])(
  'a total of %j is refused after every attempt',
  async (total) => {
    const answer = json({ data: { outputs: { data_total_size: total } }, status: 'success' });
    const { read, seen } = await openClient(inTurn(answer));
    await expect(read()).rejects.toMatchObject({
      code: 'PAGE_INVALID',
      message: expect.stringContaining('data_total_size'),
    });
    expect(seen).toHaveLength(3);
  },
);
