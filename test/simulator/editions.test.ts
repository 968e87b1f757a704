import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

const parse = (reply: { readonly text: string }) => JSON.parse(reply.text);

test('HyG has its own submit, in two forms, and its own words', async () => {
  const { simulator, send, status } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const root = `${simulator.endpoint}/ges/v1.0/${simulator.projectId}`;
  const submit = (path: string, body: unknown) => send(`${root}/${path}`, { method: 'POST', body });
  const body = { algorithmName: 'pagerank', parameters: { alpha: 0.5, directed: null } };
  const standard = await submit('hyg/airports/algorithm', body);
  expect(parse(standard)).toEqual({ jobId: expect.any(String) });
  const done = parse(await status(parse(standard).jobId));
  expect(done).toMatchObject({ status: 'complete', data: { outputs: { data_total_size: 305 } } });
  const regional = await submit('graphs/airports/hyg/algorithm', body);
  expect([regional.httpStatus, parse(regional)]).toEqual([
    400,
    { errorMessage: 'Parameter error!', errorCode: 'GES.8005' },
  ]);
  expect((await submit('graphs/airports/hyg/algorithm', { ...body, data_id: 'd' })).httpStatus).toBe(200);
  expect(parse(await submit('hyg/other/algorithm', body))).toEqual({
    status: 'complete',
    errorCode: 'GES.8011',
    errorMessage: 'graph : other is not exist',
    result: 'failed',
  });
  const failed = parse(await submit('hyg/airports/algorithm', { algorithmName: 'nonsense' }));
  expect(parse(await status(failed.jobId))).toMatchObject({ status: 'complete', result: 'failed' });
  const hidden = parse(await submit('hyg/airports/algorithm', { ...body, output: { format: 'TXT' } }));
  expect(parse(await status(hidden.jobId))).toEqual({ status: 'complete', result: 'success' });
});

test('HyG cancels one job, or all that wait', async () => {
  const { simulator, send } = await openSimulator({ pendingMs: 600_000 });
  const root = `${simulator.endpoint}/ges/v1.0/${simulator.projectId}/hyg/airports`;
  const body = { algorithmName: 'pagerank' };
  const submitted = parse(await send(`${root}/algorithm`, { method: 'POST', body }));
  const cancel = () => send(`${root}/jobs/${submitted.jobId}`, { method: 'DELETE' });
  expect(parse(await cancel())).toEqual({ result: 'success' });
  const again = await cancel();
  expect([again.httpStatus, parse(again)]).toEqual([
    400,
    {
      errorMessage: `can not find job to cancel, id is ${submitted.jobId}`,
      errorCode: 'GES.8000',
      result: 'failed',
    },
  ]);
  expect(parse(await send(`${root}/jobs`, { method: 'DELETE' }))).toEqual({ result: 'success' });
});

test('the list of the database edition has requests and a total, that of 2021 neither total nor paging', async () => {
  const database = await openSimulator({ edition: 'database', listedJobs: 3 });
  const whole = parse(await database.send('jobs/status'));
  expect(whole).toMatchObject({ result: 'success', totalCount: whole.jobs.length });
  expect(whole.jobs.at(-1)).toEqual({
    jobId: 'synthetic-pagerank-3',
    status: 'success',
    request: {
      command: 'execute_algorithm',
      url: `/ges/v1.0/${database.simulator.projectId}/graphs/airports/action?action_id=execute-algorithm`,
      body: { algorithmName: 'pagerank', parameters: {} },
    },
    rawRequest: '{"algorithmName":"pagerank","parameters":{}}',
  });
  expect(parse(await database.send('jobs/status?offset=1&limit=1')).jobs).toEqual([whole.jobs[1]]);
  const old = await openSimulator({ edition: 'database-2021', listedJobs: 3 });
  const [first, second] = [await old.send('jobs/status'), await old.send('jobs/status?offset=7&limit=1')];
  expect(second.text).toBe(first.text);
  expect(Object.keys(parse(first))).toEqual(['jobs', 'result']);
});

test('the summary of the database edition is a job', async () => {
  const { send, status } = await openSimulator({ edition: 'database', pendingMs: 0, runningMs: 0 });
  const { jobId } = parse(await send('summary'));
  expect(parse(await status(jobId))).toEqual({
    data: { outputs: { vertexNum: 305, edgeNum: 5366 } },
    status: 'success',
  });
});

test('dynamic graphs have a submit of their own', async () => {
  const { run } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const dynamicRange = {
    start: 0,
    end: 2_000_000_000,
    time_props: { stime: 'startTime', etime: 'endTime' },
  };
  const body = { algorithmName: 'temporal_bfs', dynamicRange, parameters: { source: 'ABE' } };
  const unknown = { errorMessage: 'Running algorithm [temporal_bfs] error: Unknown algorithm name!' };
  expect(parse(await run(body))).toMatchObject(unknown);
  const path = 'dynamicgraphs/action?action_id=execute-analysis';
  expect(parse(await run(body, path))).toMatchObject({ status: 'success' });
});

test('filtered-query walks layer by layer', async () => {
  const { send, run } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const path = 'action?action_id=filtered-query';
  const property = (leftvalue: object, value: string) => ({
    property_filter: { leftvalue, predicate: '=', rightvalue: { value } },
  });
  const filters = [{ operator: 'outV', vertex_filter: property({ property_name: 'state' }, 'GA') }];
  const sync = parse(await send(path, { method: 'POST', body: { vertices: ['ABE'], filters } }));
  expect(sync.data.vertices.map(({ id }: { id: string }) => id)).toEqual(['ATL']);
  const edges = [...filters, { operator: 'in', edge_filter: property({ label_name: 'labelName' }, 'route') }];
  const done = parse(await run({ executionMode: 'async', vertices: ['ABE'], filters: edges }, path));
  expect(done.data.outputs.data_total_size).toBe(done.data.outputs.edges.length);
  for (const edge of done.data.outputs.edges) expect(edge).toMatchObject({ target: 'ATL', label: 'route' });
  const wrong = await send(path, {
    method: 'POST',
    body: { executionMode: 'later', vertices: ['ABE'], filters },
  });
  expect(parse(wrong)).toEqual({
    errorMessage: 'executionMode is not correct, it should be sync or async',
    errorCode: 'GES.8806',
  });
});

test('jobs of BMS and SDRS, their errors and their gateway', async () => {
  const { simulator, send } = await openSimulator({ pendingMs: 0, runningMs: 600_000 });
  const get = (id: string, headers = {}) =>
    send(`${simulator.endpoint}/v1/${simulator.projectId}/jobs/${id}`, { headers });
  const tree = parse(await get('tree-2'));
  expect(tree.entities).toMatchObject({ sub_jobs_total: 2 });
  expect(tree.entities.sub_jobs[0].entities.sub_jobs[0].job_id).toBe('tree-2.1.1');
  expect(parse(await get('sdrs-group'))).toMatchObject({ entities: { server_group_id: expect.any(String) } });
  expect(parse(await get('bms-slow')).status).toBe('RUNNING');
  expect(parse(await get('bms-unpaid')).status).toBe('PENDING_PAYMENT');
  const bms = await get('nobody');
  expect([bms.httpStatus, Object.keys(parse(bms))]).toEqual([404, ['itemNotFound']]);
  const sdrs = await get('sdrs-none');
  expect([sdrs.httpStatus, Object.keys(parse(sdrs))]).toEqual([400, ['error']]);
  const token = await get('tree-1', { 'X-Auth-Token': 'nonsense' });
  expect([token.httpStatus, parse(token).error_code]).toEqual([401, 'APIGW.0301']);
});
