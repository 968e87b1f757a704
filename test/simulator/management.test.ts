import { expect, test } from 'vitest';
import { SIMULATOR_GRAPH_ID } from '../../src/simulator/management-jobs.js';
import { startSimulator } from '../../src/simulator/simulator.js';

const JOB = 'ff80808167bb90340167bc5d0b1d0002';

/** Asks the management plane of a simulator that lives for one test. */
async function ask(path: string, token?: string) {
  const simulator = await startSimulator();
  try {
    const url = `${simulator.endpoint}${path.replace('{project}', simulator.projectId)}`;
    const response = await fetch(url, { headers: { 'x-auth-token': token ?? simulator.token } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } finally {
    await simulator.close();
  }
}

test('a job has camel case in v1 and snake case in v2, all the way down', async () => {
  const job = `/{project}/graphs/${SIMULATOR_GRAPH_ID}/jobs/${JOB}/status`;
  const { body } = await ask(`/v1.0${job}`);
  expect(body).toMatchObject({
    jobId: JOB,
    jobType: 'GraphManagement',
    beginTime: '2024-05-23T01:33:21',
    jobDetail: { edgesetPath: [{ totalLines: 5366, failedLines: 7 }], schemaPath: [{ totalLines: -1 }] },
  });
  expect((await ask(`/v2${job}`)).body).toMatchObject({
    job_id: JOB,
    job_type: 'GraphManagement',
    job_detail: { edgeset_path: [{ total_lines: 5366, failed_lines: 7 }] },
  });
});

test('the task center pages and filters, with the parameter names of each version', async () => {
  const count = async (path: string) => {
    const { body } = await ask(path);
    const list = body['jobList'] ?? body['job_list'];
    return [body['jobCount'] ?? body['job_count'], (list as unknown[]).length];
  };
  expect(await count('/v1.0/{project}/graphs/jobs')).toEqual([3, 3]);
  expect(await count('/v1.0/{project}/graphs/jobs?offset=2&limit=5')).toEqual([3, 1]);
  expect(await count('/v1.0/{project}/graphs/jobs?startTime=2024-05-23&endTime=2024-05-23')).toEqual([1, 1]);
  expect(await count('/v2/{project}/graphs/jobs?start_time=2024-05-23&status=failed')).toEqual([1, 1]);
});

test.each([
  [`/v1.0/{project}/graphs/none/jobs/${JOB}/status`, 400, { errorCode: 'GES.7000' }],
  [`/v1.0/{project}/graphs/${SIMULATOR_GRAPH_ID}/jobs/none/status`, 400, { errorCode: 'GES.7007' }],
  [`/v2/{project}/graphs/${SIMULATOR_GRAPH_ID}/jobs/none/status`, 400, { error_code: 'GES.7007' }],
  ['/v1.0/{project}/graphs/jobs?limit=x', 400, { errCode: 'GES.0001' }],
  ['/v2/{project}/graphs/jobs?start_time=yesterday', 400, { error_code: 'GES.0001' }],
  ['/v2/other/graphs/jobs', 403, { error_code: 'GES.0016' }],
])('refused: %s', async (path, status, body) => {
  expect(await ask(path)).toMatchObject({ status, body });
});

test('a wrong token is refused by the gateway', async () => {
  expect(await ask('/v2/{project}/graphs/jobs', 'wrong')).toMatchObject({
    status: 401,
    body: { error_code: 'APIGW.0301' },
  });
});
