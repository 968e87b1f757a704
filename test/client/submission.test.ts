import { expect, test } from 'vitest';
import type { GraphAddress } from '../../src/client/graph-paths.js';
import { readSubmittedJob, type Submission, submitCall } from '../../src/client/submission.js';
import { decode } from '../decode/decode-text.js';
import { parseObject } from '../decode/parse.js';

const MEMORY: GraphAddress = { projectId: 'p1', graph: 'g', edition: 'memory', hygBase: 'hyg/{graph}' };
const HYG: GraphAddress = { ...MEMORY, edition: 'hyg' };

function submission(name: string, body: string | null, parameters = '{}', dataId?: string): Submission {
  return {
    name,
    parameters: parseObject(parameters),
    body: body === null ? null : parseObject(body),
    dataId,
  };
}

function bodyOf(address: GraphAddress, given: Submission): string | undefined {
  const call = submitCall(address, given);
  expect(call.method).toBe('POST');
  return call.body;
}

test('an algorithm is its name and its parameters, digits kept', () => {
  const given = submission('pagerank', null, '{"alpha":0.850,"big":9223372036854775807}');
  expect(bodyOf(MEMORY, given)).toBe(
    '{"algorithmName":"pagerank","parameters":{"alpha":0.850,"big":9223372036854775807}}',
  );
  expect(bodyOf(HYG, submission('pagerank', null))).toBe('{"algorithmName":"pagerank","parameters":{}}');
});

test('parameters win over those of the body, and the rest of the body stays', () => {
  const body = '{"executionMode":"async","parameters":{"k":2,"source":"46"},"filters":[]}';
  expect(bodyOf(MEMORY, submission('k_hop', body, '{"k":3,"mode":"OUT"}'))).toBe(
    '{"executionMode":"async","parameters":{"k":3,"source":"46","mode":"OUT"},"filters":[],"algorithmName":"k_hop"}',
  );
});

test('data_id is a member of a HyG request', () => {
  expect(bodyOf(HYG, submission('pagerank', null, '{}', 'd1'))).toBe(
    '{"algorithmName":"pagerank","parameters":{},"data_id":"d1"}',
  );
});

test('queries keep their body; those that are synchronous by default are made asynchronous', () => {
  const filter = '{"labels":["user"],"limit":10}';
  expect(bodyOf(MEMORY, submission('vertex-query', filter))).toBe(filter);
  expect(bodyOf(MEMORY, submission('edge-query', filter))).toBe(filter);
  expect(bodyOf(MEMORY, submission('filtered-query', '{"filters":[]}'))).toBe(
    '{"filters":[],"executionMode":"async"}',
  );
  expect(bodyOf(MEMORY, submission('path-query', '{"executionMode":"async"}'))).toBe(
    '{"executionMode":"async"}',
  );
  const cypher = '{"statements":[{"statement":"match (n) return n","limit":5}]}';
  expect(bodyOf(MEMORY, submission('cypher-query', cypher))).toBe(
    '{"statements":[{"statement":"match (n) return n","limit":5,"executionMode":"async"}]}',
  );
});

test.each<[string, GraphAddress, Submission, RegExp]>([
  [
    'a synchronous algorithm',
    MEMORY,
    submission('k_hop', '{"executionMode":"sync"}'),
    /only "async" gives a job/,
  ],
  ['a synchronous query', MEMORY, submission('filtered-query', '{"executionMode":"sync"}'), /only "async"/],
  [
    'a synchronous statement',
    MEMORY,
    submission('gql-query', '{"statements":[{"executionMode":"sync"}]}'),
    /"executionMode" of the statement is "sync"/,
  ],
  ['two statements', MEMORY, submission('cypher-query', '{"statements":[{},{}]}'), /needs one statement/],
  ['no statement', MEMORY, submission('cypher-query', '{}'), /needs one statement/],
  ['a query without a body', MEMORY, submission('edge-query', null), /^edge-query needs the request as JSON/],
  [
    'a query with parameters',
    MEMORY,
    submission('edge-query', '{}', '{"k":1}'),
    /--param belongs to an algorithm/,
  ],
  ['a query to HyG', HYG, submission('edge-query', '{}'), /^HyG runs algorithms only/],
  [
    'another algorithm in the body',
    MEMORY,
    submission('louvain', '{"algorithmName":"pagerank"}'),
    /not for "louvain"/,
  ],
  ['parameters that are none', MEMORY, submission('louvain', '{"parameters":[]}'), /no JSON object/],
  ['data_id without HyG', MEMORY, submission('louvain', null, '{}', 'd1'), /add --edition hyg/],
  ['a result in TXT', HYG, submission('louvain', '{"output":{"format":"TXT"}}'), /cannot be read/],
  ['a full result', HYG, submission('louvain', '{"output":{"mode":"FULL"}}'), /cannot be read/],
])('%s is refused before anything is sent', (_, address, given, message) => {
  expect(() => submitCall(address, given)).toThrowError(
    expect.objectContaining({ code: 'CONFIG_CONFLICT', message: expect.stringMatching(message) }),
  );
});

test('HyG output that can be read is sent', () => {
  const body = '{"output":{"format":"JSON","mode":"TRUNCATED"},"timeout":60}';
  expect(bodyOf(HYG, submission('louvain', body))).toContain('"output":{"format":"JSON","mode":"TRUNCATED"}');
});

test.each([
  ['ges_03_0030', '{"jobId":"4448-a","jobType":1}', { jobId: '4448-a', jobType: '1' }],
  ['the table of ges_03_0030', '{"job_id":"4448-b","jobType":"2"}', { jobId: '4448-b', jobType: '2' }],
  ['HyG', '{"jobId":"4448-c"}', { jobId: '4448-c', jobType: null }],
  [
    'Cypher, ges_03_0336',
    '{"results":[{"columns":["jobId"],"jobId":"b64a","jobType":1,"data":[{"row":["b64a",1]}]}],"errors":[]}',
    { jobId: 'b64a', jobType: '1' },
  ],
])('the job of an answer: %s', async (_, text, job) => {
  expect(readSubmittedJob(await decode(text))).toEqual(job);
});

test('an answer that names no job is uncertain: the request was taken', async () => {
  for (const text of ['{}', '{"jobId":""}', '{"data":{"outputs":{}}}', '{"results":[]}']) {
    const body = await decode(text);
    expect(() => readSubmittedJob(body)).toThrowError(
      expect.objectContaining({ code: 'REQUEST_UNCERTAIN', retryable: false }),
    );
  }
});
