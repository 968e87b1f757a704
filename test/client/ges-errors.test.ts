import { expect, test } from 'vitest';
import { judgeError } from '../../src/client/error-table.js';
import { GES_ERRORS, HTTP_ERRORS } from '../../src/client/ges-errors.js';
import type { ErrorCode } from '../../src/errors.js';
import { DONE, inTurn, json } from './scripted-server.js';
import { failureOf, openClient } from './test-client.js';

const codeOf = (gesCode: string | null, message: string, httpStatus = 400) =>
  judgeError(httpStatus, gesCode, message, false).code;

/** The codes of the service plane, as the pages of "Error Codes" number them. */
const DOCUMENTED = [
  ...[0, 1, 2, 3, 5, 6, 7, 8, 11, 12, 13, 17, 20],
  ...[101, 102, 103, 104, 105, 106, 107, 108, 109, 110],
  ...[201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 220, 221],
  ...[301, 302, 303, 304, 401, 402, 403, 404, 501, 502, 503, 504, 505, 506],
  ...[601, 602, 603, 604, 605, 609, 610, 611, 612, 801, 803, 804, 806, 904],
].map((number) => `GES.8${String(number).padStart(3, '0')}`);

test('every documented code has a row that fits whatever the message says', () => {
  const plain = GES_ERRORS.filter((error) => error.when === undefined).flatMap((error) => error.codes);
  expect(DOCUMENTED.filter((code) => !plain.includes(code))).toEqual([]);
  expect(new Set(plain).size).toBe(plain.length);
});

test('every row says what it means and what to do', () => {
  for (const { meaning, action } of [...GES_ERRORS, ...HTTP_ERRORS]) {
    expect(meaning).toMatch(/^[A-Z].{9,}[^.]$/);
    expect(action).toMatch(/^[A-Z].{9,}[^.]$/);
  }
});

test.each<[string, string]>([
  ['GES.8402', 'graph [demo] is not found'],
  ['GES.8402', 'graph [job_graph] is not found'],
  ['GES.8011', 'graph : movie2 is not exist'],
  ['GES.8000', 'graph : mine not exist'],
  ['GES.8000', 'graph: the-jobs not exist'],
  ['GES.8003', 'graph [demo] is not found'],
  ['GES.8301', 'The graph demo does not exist'],
  ['GES.8301', 'can not find graph demo'],
  ['GES.8301', '图不存在'],
  ['GES.8301', '图[demo]不存在'],
  ['GES.8402', '图“电影”未找到'],
  ['GES.8806', '找不到图 demo'],
  ['GES.8806', '未找到名为demo的图'],
  ['GES.9999', 'Graph demo cannot be found'],
  ['GES.7000', 'no such thing'],
])('%s "%s": the graph is not there', (gesCode, message) => {
  expect(codeOf(gesCode, message)).toBe('GRAPH_NOT_FOUND');
});

test.each<[string, string]>([
  ['GES.8301', 'can not find job, jobId is  4448c9fb'],
  ['GES.8301', 'can not find job j1 in graph demo'],
  ['GES.8301', 'job [graph-7] does not exist'],
  ['GES.8301', 'No such job'],
  ['GES.8301', '图任务不存在'],
  ['GES.8301', '图demo中未找到作业4448c9fb'],
  ['GES.8301', '任务4448c9fb不存在'],
  ['GES.8301', '不存在'],
  ['GES.8301', 'not found'],
  ['GES.8303', 'can not find job to cancel, id is 4448c9fb'],
  ['GES.8000', 'job 4448c9fb not exist'],
  ['GES.7007', ''],
  ['GES.9999', 'job 4448c9fb does not exist'],
])('%s "%s": the job is not there', (gesCode, message) => {
  expect(codeOf(gesCode, message)).toBe('JOB_NOT_FOUND');
});

test.each([
  'Running algorithm [sssp] error: vertex [46] not found in graph [demo]!',
  'Unknown algorithm name [pagerang]',
  'parameter [source] is invalid!',
  'vertex 46 does not exist',
  '图demo中的点46不存在',
  '参数[source]不存在',
  '运行算法[sssp]失败',
])('GES.8301 "%s": the job failed', (message) => {
  expect(codeOf('GES.8301', message)).toBe('JOB_FAILED');
});

test.each<[ErrorCode, string, string]>([
  ['REQUEST_BUSY', 'GES.8301', 'query job status failed'],
  ['REQUEST_BUSY', 'GES.8301', '查询任务失败，请稍后重试'],
  ['API_UNAUTHORIZED', 'GES.8007', '无效的token'],
  ['API_UNAUTHORIZED', 'GES.8002', '令牌已过期'],
  ['API_UNAUTHORIZED', 'GES.8005', 'check project_id and X-Auth-Token'],
  ['API_UNAUTHORIZED', 'APIG.0301', 'Incorrect IAM authentication information: verify aksk signature fail'],
  ['API_REJECTED', 'GES.9999', 'not found'],
  ['REQUEST_BUSY', 'GES.8301', 'engine node not found, please try again'],
  ['API_REJECTED', 'GES.8006', 'invalid resource access'],
  ['API_REJECTED', 'GES.8020', 'no permission to read graph demo'],
  ['API_REJECTED', 'GES.8303', 'the job cannot be cancelled'],
  ['API_REJECTED', 'GES.7002', 'backing up'],
])('%s: %s "%s"', (code, gesCode, message) => {
  expect(codeOf(gesCode, message)).toBe(code);
});

test('an unknown code is judged by its HTTP status', () => {
  expect(codeOf('GES.9999', 'x', 500)).toBe('REQUEST_BUSY');
  expect(codeOf('GES.9999', 'x', 400)).toBe('API_REJECTED');
  expect(codeOf(null, '', 407)).toBe('PROXY_REFUSED');
});

test('a refusal says what to do about its code', async () => {
  const body = { errorCode: 'GES.8020', errorMessage: 'no permission' };
  const { error } = await failureOf(inTurn(json(body, 400)));
  expect(error.action).toBe('Ask the owner of the graph for the right to read it');
  const unknown = await failureOf(inTurn(json({ errorCode: 'GES.9999', errorMessage: 'x' }, 400)));
  expect(unknown.error.action).toBe('Read the GES error code in the message');
});

test('throttling without Retry-After waits for the two seconds that the gateway asks for', async () => {
  const throttled = json({ error_code: 'APIG.0308', error_msg: 'policy user over ratelimit' }, 429);
  const told = { ...throttled, headers: { 'retry-after': '0' } };
  const { read, retries } = await openClient(inTurn(throttled, told, DONE));
  await read();
  expect(retries.map(({ error }) => error.retryAfterMs)).toEqual([2000, 0]);
});

test('an error inside the success of a summary does not make the summary a failure', async () => {
  const data = {
    outputs: {
      vertexNum: 3,
      edgeNum: 2,
      labelDetails: { errorCode: 'GES.8017', errorMessage: 'label index not found' },
    },
  };
  const { read } = await openClient(inTurn(json({ data, status: 'success' })));
  expect((await read()).envelope).toMatchObject({ status: 'done', errorCode: null });
});

test.each([0, '0', '', null])(
  'an error code of %j is none, in whatever words the job has ended',
  async (errorCode) => {
    const data = { outputs: { pagerank: [{ a: 1 }], data_total_size: 1 } };
    for (const status of ['success', 'complete']) {
      const { read } = await openClient(inTurn(json({ data, status, errorCode, errorMessage: '' })));
      expect((await read()).envelope).toMatchObject({ status: 'done', errorCode: null });
    }
    const failed = inTurn(json({ status: 'failed', errorCode }));
    expect((await failureOf(failed)).error.code).toBe('JOB_FAILED');
  },
);
