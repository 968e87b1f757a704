import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { JobError } from '../../src/errors.js';
import { inTurn, json } from './scripted-server.js';
import { failureOf } from './test-client.js';

interface Case {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: ErrorCode;
  readonly said: [string | undefined, string | undefined];
}

const ENVELOPES: readonly Case[] = [
  {
    name: 'service plane',
    status: 400,
    body: { errorMessage: 'parameter offset is wrong', errorCode: 'GES.8000' },
    code: 'API_REJECTED',
    said: ['GES.8000', 'parameter offset is wrong'],
  },
  {
    name: 'with result',
    status: 400,
    body: { errorMessage: 'graph [x] is not found', errorCode: 'GES.8402', result: 'failed' },
    code: 'GRAPH_NOT_FOUND',
    said: ['GES.8402', 'graph [x] is not found'],
  },
  {
    name: 'HyG: complete, and yet failed',
    status: 400,
    body: { status: 'complete', errorMessage: 'out of memory', errorCode: 'GES.8411', result: 'failed' },
    code: 'JOB_FAILED',
    said: ['GES.8411', 'out of memory'],
  },
  {
    name: 'HyG: complete, the graph does not exist',
    status: 400,
    body: {
      status: 'complete',
      errorMessage: 'graph : x is not exist',
      errorCode: 'GES.8011',
      result: 'failed',
    },
    code: 'GRAPH_NOT_FOUND',
    said: ['GES.8011', 'graph : x is not exist'],
  },
  {
    name: 'HyG: complete, and yet failed under a code of another call',
    status: 400,
    body: { status: 'complete', errorMessage: 'out of memory', errorCode: 'GES.8011', result: 'failed' },
    code: 'JOB_FAILED',
    said: ['GES.8011', 'out of memory'],
  },
  {
    name: 'failed, but for lack of a right',
    status: 400,
    body: { status: 'failed', errorMessage: 'no permission', errorCode: 'GES.8020' },
    code: 'API_REJECTED',
    said: ['GES.8020', 'no permission'],
  },
  {
    name: 'failed, a window behind the end',
    status: 400,
    body: { status: 'failed', errorMessage: 'parameter [offset] is out of range', errorCode: 'GES.8301' },
    code: 'API_REJECTED',
    said: ['GES.8301', 'parameter [offset] is out of range'],
  },
  {
    name: 'complete with the result fail, in HTTP 200',
    status: 200,
    body: { status: 'complete', result: 'fail', errorMessage: 'worker lost' },
    code: 'JOB_FAILED',
    said: [undefined, 'worker lost'],
  },
  {
    name: 'errors beside rows of Cypher, in HTTP 200',
    status: 200,
    body: {
      status: 'success',
      data: {
        outputs: {
          results: [{ columns: ['a'], data: [] }],
          errors: [{ code: 'GES.8904', message: 'label index in vertices not found' }],
        },
      },
    },
    code: 'API_REJECTED',
    said: ['GES.8904', 'label index in vertices not found'],
  },
  {
    name: 'management plane v1',
    status: 408,
    body: { errorCode: 'GES.7005', errorMessage: 'engine unavailable' },
    code: 'REQUEST_BUSY',
    said: ['GES.7005', 'engine unavailable'],
  },
  {
    name: 'gateway',
    status: 429,
    body: {
      error_code: 'APIG.0308',
      error_msg: 'The throttling threshold has been reached',
      request_id: 'r1',
    },
    code: 'REQUEST_BUSY',
    said: ['APIG.0308', 'The throttling threshold has been reached'],
  },
  {
    name: 'task centre',
    status: 400,
    body: { errCode: 'GES.0001', externalMessage: 'bad parameter' },
    code: 'API_REJECTED',
    said: ['GES.0001', 'bad parameter'],
  },
  {
    name: 'IAM, with a number as code',
    status: 401,
    body: { error: { code: 401, message: 'The token must be updated', title: 'Unauthorized' } },
    code: 'API_UNAUTHORIZED',
    said: ['401', 'The token must be updated'],
  },
  {
    name: 'other services, under any key',
    status: 404,
    body: { itemNotFound: { message: 'no such thing', code: 'XXX.1' } },
    code: 'API_REJECTED',
    said: ['XXX.1', 'no such thing'],
  },
  {
    name: 'Cypher',
    status: 400,
    body: { results: [], errors: [{ code: 'GES.8904', message: 'label index not found' }] },
    code: 'API_REJECTED',
    said: ['GES.8904', 'label index not found'],
  },
  {
    name: 'Cypher with HTTP 200',
    status: 200,
    body: { results: [], errors: [{ code: 'GES.8904', message: 'label index not found' }] },
    code: 'API_REJECTED',
    said: ['GES.8904', 'label index not found'],
  },
  {
    name: 'an error code with HTTP 200',
    status: 200,
    body: { status: '', data: {}, errorCode: 'GES.8020', errorMessage: 'no permission' },
    code: 'API_REJECTED',
    said: ['GES.8020', 'no permission'],
  },
  {
    name: 'Cypher with HTTP 200 and an error of code 0',
    status: 200,
    body: { results: [], errors: [{ code: 0, message: 'label index not found' }] },
    code: 'API_REJECTED',
    said: ['0', 'label index not found'],
  },
  {
    name: 'result failed with HTTP 200 and no more',
    status: 200,
    body: { result: 'failed' },
    code: 'API_REJECTED',
    said: [undefined, undefined],
  },
  {
    name: 'status failed with HTTP 200 and no more',
    status: 200,
    body: { status: 'failed' },
    code: 'JOB_FAILED',
    said: [undefined, undefined],
  },
  { name: 'an empty object', status: 500, body: {}, code: 'REQUEST_BUSY', said: [undefined, undefined] },
];

test.each(ENVELOPES)('$name ($status): $code', async ({ status, body, code, said }) => {
  const { error, requests } = await failureOf(inTurn(json(body, status)));
  expect(error.code).toBe(code);
  expect([error.facts.gesErrorCode, error.facts.gesErrorMessage]).toEqual(said);
  expect(error.facts.httpStatus).toBe(status);
  for (const word of said) if (word !== undefined) expect(error.message).toContain(word);
  expect(requests).toBe(code === 'REQUEST_BUSY' ? 3 : 1);
});

const NOT_FOUND = [
  'can not find job, jobId is  4448c9fb',
  'Cannot find job 4448c9fb',
  'job 4448c9fb does not exist',
  '找不到该job，jobId为4448c9fb',
  '任务不存在',
  '未找到任务',
];
const ALGORITHM_FAILED = [
  'Running algorithm [shortest_path] error: parameter [source] is invalid!',
  'Running algorithm [sssp] error: job vertex 46 not found',
  'Unknown algorithm name [pagerang]',
  '运行算法[shortest_path]失败：参数[source]不存在',
  '算法名称未知',
];

test.each<[ErrorCode, string]>([
  ...NOT_FOUND.map((message): [ErrorCode, string] => ['JOB_NOT_FOUND', message]),
  ...ALGORITHM_FAILED.map((message): [ErrorCode, string] => ['JOB_FAILED', message]),
])('GES.8301 is %s when it says: %s', async (code, message) => {
  const body = { errorMessage: message, errorCode: 'GES.8301' };
  const { error, requests } = await failureOf(inTurn(json(body, 400)));
  expect(error.code).toBe(code);
  expect(error).toBeInstanceOf(JobError);
  expect(error.message).toBe(`GES answered GES.8301 "${message}" (HTTP 400)`);
  expect(requests).toBe(1);
});

test.each(['query job status failed', '查询任务失败', ''])(
  'GES.8301 may pass when it says: "%s"',
  async (errorMessage) => {
    const { error, requests } = await failureOf(inTurn(json({ errorMessage, errorCode: 'GES.8301' }, 400)));
    expect([error.code, requests]).toEqual(['REQUEST_BUSY', 3]);
  },
);

test.each(['GES.8001', 'GES.8008', 'GES.8105', 'GES.8107', 'GES.8204', 'GES.8302', 'GES.8602', 'GES.8804'])(
  '%s is tried again, whatever the HTTP status',
  async (errorCode) => {
    for (const status of [200, 400, 500]) {
      const { error, requests } = await failureOf(inTurn(json({ errorCode, errorMessage: 'later' }, status)));
      expect([error.code, requests]).toEqual(['REQUEST_BUSY', 3]);
    }
  },
);

test('a job that failed is not asked for again, though its code could also mean a busy graph', async () => {
  const body = { status: 'failed', errorCode: 'GES.8602', errorMessage: 'engine stopped' };
  const { error, requests } = await failureOf(inTurn(json(body)));
  expect([error.code, requests]).toEqual(['JOB_FAILED', 1]);
});

test('a job that failed without a reason is told by its status', async () => {
  for (const body of [{ status: 'Canceled' }, { status: 'Canceled', errorCode: '', errorMessage: null }]) {
    const { error } = await failureOf(inTurn(json(body)));
    expect(error).toBeInstanceOf(JobError);
    expect(error.message).toContain('status "Canceled"');
    expect(error.action).toContain('jobs show');
  }
});
