import { request } from 'undici';
import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

test('a submission answers jobId and jobType', async () => {
  const { send } = await openSimulator();
  const body = { algorithmName: 'pagerank' };
  const reply = await send('action?action_id=execute-algorithm', { method: 'POST', body });
  expect(reply.httpStatus).toBe(200);
  expect(JSON.parse(reply.text)).toEqual({
    jobId: expect.stringMatching(/^[0-9a-f-]{36}\d{9}$/),
    jobType: 1,
  });
});

test('submissions that make no job are refused', async () => {
  const { send } = await openSimulator();
  const submit = async (body: unknown) =>
    JSON.parse((await send('action?action_id=execute-algorithm', { method: 'POST', body })).text).errorCode;
  expect(await submit([])).toBe('GES.8005');
  expect(await submit({ parameters: {} })).toBe('GES.8401');
  expect(await submit({ algorithmName: 'pagerank', executionMode: 'sync' })).toBe('GES.8404');
});

test('each endpoint has its own words for a graph that is not there', async () => {
  const { simulator, send } = await openSimulator();
  const other = `${simulator.endpoint}/ges/v1.0/${simulator.projectId}/graphs/demo`;
  const submitted = await send(`${other}/action?action_id=execute-algorithm`, { method: 'POST', body: {} });
  expect(submitted.httpStatus).toBe(400);
  expect(JSON.parse(submitted.text)).toEqual({
    errorMessage: 'graph [demo] is not found',
    errorCode: 'GES.8402',
  });
  expect(JSON.parse((await send(`${other}/jobs/status`)).text)).toEqual({
    errorMessage: 'graph : demo not exist',
    errorCode: 'GES.8000',
    result: 'failed',
  });
  expect(JSON.parse((await send(`${other}/schema`)).text).errorCode).toBe('GES.8003');
});

test('another project and another path are refused', async () => {
  const { simulator, send } = await openSimulator();
  const project = await send(`${simulator.endpoint}/ges/v1.0/abc/graphs/airports/schema`);
  expect(JSON.parse(project.text).errorCode).toBe('GES.8006');
  expect((await send(`${simulator.endpoint}/ges/v2/x`)).httpStatus).toBe(404);
  expect((await send('jobs/pagerank/status', { method: 'POST', body: {} })).httpStatus).toBe(404);
});

test('the job list has the documented fields, newest first, progress as text', async () => {
  const { run, send } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const body = { algorithmName: 'shortest_path', parameters: { source: '0000', target: 'ATL' } };
  await run(body);
  const { jobs, jobCount } = JSON.parse((await send('jobs/status')).text);
  expect(jobs).toHaveLength(jobCount);
  expect(jobs[0]).toEqual({
    jobId: expect.any(String),
    rawRequest: JSON.stringify(body),
    taskType: 'Algorithm',
    canStop: false,
    progress: '100',
    startTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    failReason: 'Running algorithm [shortest_path] error: parameter [source] is invalid!',
    endTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    status: 'failed',
  });
  const pending = jobs.find((job: { jobId: string }) => job.jobId === 'pending-forever');
  expect(pending).toMatchObject({
    status: 'pending',
    progress: '0',
    startTime: '',
    endTime: '',
    canStop: true,
  });
  const second = JSON.parse((await send('jobs/status?offset=1&limit=1')).text);
  expect(second).toEqual({ jobs: [jobs[1]], jobCount });
});

test('a waiting job can be cancelled once, a finished or unknown one not', async () => {
  const { send, status } = await openSimulator();
  const cancel = (id: string) => send(`jobs/${id}`, { method: 'DELETE' });
  const done = await cancel('pending-forever');
  expect([done.httpStatus, done.text]).toEqual([200, '{}']);
  expect((await status('pending-forever')).httpStatus).toBe(400);
  for (const id of ['pending-forever', 'pagerank', 'nobody']) {
    const reply = await cancel(id);
    expect(reply.httpStatus).toBe(400);
    expect(JSON.parse(reply.text)).toEqual({
      errorMessage: `can not find job to cancel, id is ${id}`,
      errorCode: 'GES.8303',
    });
  }
});

test('the schema names labels, property types and cardinality', async () => {
  const { send } = await openSimulator();
  const { schema } = JSON.parse((await send('schema')).text).data;
  expect(schema.map((entry: { label: string; type: string }) => [entry.label, entry.type])).toEqual([
    ['airport', 'all'],
    ['route', 'all'],
    ['person', 'all'],
    ['link', 'all'],
    ['odd', 'all'],
  ]);
  const long = { type: 'long', cardinality: 'single' };
  expect(schema[1].properties).toEqual(['count', 'startTime', 'endTime'].map((name) => ({ name, ...long })));
});

test('the schema covers every property that the jobs serve', async () => {
  const { send, outputs } = await openSimulator();
  const { schema } = JSON.parse((await send('schema')).text).data;
  const known = new Map<string, string[]>(
    schema.map((entry: { label: string; properties: { name: string }[] }) => [
      entry.label,
      entry.properties.map(({ name }) => name),
    ]),
  );
  for (const job of ['vertices', 'edges', 'odd-vertices', 'synthetic-vertices-50', 'synthetic-edges-50']) {
    const page = await outputs(job);
    const records = (page['vertices'] ?? page['edges']) as unknown as { label: string; properties: object }[];
    for (const { label, properties } of records)
      expect(known.get(label)).toEqual(expect.arrayContaining(Object.keys(properties)));
  }
});

test('the summary counts vertices and edges', async () => {
  const { send } = await openSimulator();
  expect(JSON.parse((await send('summary')).text)).toEqual({ data: { vertexNum: 305, edgeNum: 5366 } });
  expect(JSON.parse((await send('summary?label_details=true')).text).data.labelDetails).toEqual({
    labelInVertex: { airport: 305 },
    labelInEdge: { route: 5366 },
  });
});

test('vertices and edges carry property values as arrays', async () => {
  const { outputs } = await openSimulator();
  const vertices = await outputs('vertices');
  expect(vertices['data_total_size']).toBe(305);
  expect((vertices['vertices'] as unknown as { id: string }[]).find(({ id }) => id === 'BTR')).toEqual({
    id: 'BTR',
    label: 'airport',
    properties: {
      name: ['Baton Rouge Metropolitan, Ryan'],
      city: ['Baton Rouge'],
      state: ['LA'],
      country: ['USA'],
      latitude: [30.53316083],
      longitude: [-91.14963444],
    },
  });
  const edges = await outputs('edges', '?limit=1');
  expect(edges['data_total_size']).toBe(5366);
  expect(edges['edges']?.[0]).toEqual({
    source: 'ABE',
    target: 'ATL',
    index: '0',
    label: 'route',
    properties: { count: [853], startTime: [expect.any(Number)], endTime: [expect.any(Number)] },
  });
});

test('filter queries give jobs; their limit is the window of a status request without one', async () => {
  const { send, run, outputs } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const body = {
    labels: ['airport'],
    vertexFilters: [{ propertyName: 'state', predicate: '=', values: ['GA'] }],
    limit: 2,
  };
  const submitted = await send('vertices/action?action_id=query', { method: 'POST', body });
  const { jobId } = JSON.parse(submitted.text);
  const page = await outputs(jobId);
  expect(page['data_return_size']).toBe(2);
  const total = Number(page['data_total_size']);
  expect(total).toBeGreaterThan(2);
  expect((await outputs(jobId, '?offset=0&limit=100000'))['vertices']).toHaveLength(total);
  const none = await run({ labels: ['nothing'] }, 'edges/action?action_id=query');
  expect(JSON.parse(none.text).data.outputs.data_total_size).toBe(0);
  const wrong = await send('vertices/action?action_id=query', { method: 'POST', body: {} });
  expect([wrong.httpStatus, JSON.parse(wrong.text).errorCode]).toEqual([400, 'GES.8203']);
});

test('requests are counted, latency is added, gzip comes only when asked for', async () => {
  const { simulator, base } = await openSimulator({ gzip: true, latencyMs: 30 });
  const ask = (headers: Record<string, string>) =>
    request(`${base}/jobs/pagerank/status?limit=9`, {
      headers: { 'X-Auth-Token': simulator.token, ...headers },
    });
  const startedAt = performance.now();
  const plain = await ask({});
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
  const packed = await ask({ 'Accept-Encoding': 'gzip' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(packed.headers['content-encoding']).toBe('gzip');
  const { gunzipSync } = await import('node:zlib');
  expect(gunzipSync(await packed.body.bytes()).toString()).toBe(await plain.body.text());
  expect(simulator.requests()).toBe(2);
});
