import { expect, test } from 'vitest';
import { fitsType } from '../../src/cell.js';
import { CLOUD_JOB_COLUMNS, cloudJobRows, readCloudJob } from '../../src/client/cloud-job-answer.js';
import { stringifyJson } from '../../src/json-value.js';
import { decode } from '../decode/decode-text.js';

type Row = Record<string, unknown>;

async function read(answer: unknown, askedId = 'asked') {
  const job = readCloudJob(askedId, await decode(JSON.stringify(answer)));
  const rows = cloudJobRows(job);
  for (const row of rows) {
    for (const { name, type, nullable } of CLOUD_JOB_COLUMNS) {
      const value = row.get(name) ?? null;
      expect(value === null ? nullable : fitsType(value, type), `${name} as ${type}`).toBe(true);
    }
  }
  return { job, rows: rows.map((row) => JSON.parse(stringifyJson(row)) as Row) };
}

const job = (id: string, status: string, entities: unknown, more: Row = {}) => ({
  status,
  entities,
  job_id: id,
  job_type: 'baremetalBatchCreate',
  begin_time: '2024-04-25T20:04:34.604Z',
  end_time: '2024-04-25T20:08:41.593Z',
  error_code: null,
  fail_reason: null,
  ...more,
});

test('a BMS job and its sub-job are two rows', async () => {
  const sub = job('b', 'SUCCESS', { server_id: 's1' });
  const { job: read_, rows } = await read(job('a', 'SUCCESS', { sub_jobs_total: 1, sub_jobs: [sub] }));
  expect(read_).toMatchObject({ jobId: 'a', statusWord: 'SUCCESS', state: 'done', warnings: [] });
  const common = { ...job('', 'SUCCESS', {}), state: 'done' };
  expect(rows).toEqual([
    { ...common, job_id: 'a', parent_job_id: null, depth: 0, entities: { sub_jobs_total: 1 } },
    { ...common, job_id: 'b', parent_job_id: 'a', depth: 1, entities: { server_id: 's1' } },
  ]);
});

test('an SDRS job without sub-jobs is one row', async () => {
  const { rows } = await read(job('a', 'RUNNING', { server_group_id: 'g' }, { end_time: '' }));
  expect(rows).toMatchObject([
    { job_id: 'a', state: 'running', end_time: null, entities: { server_group_id: 'g' } },
  ]);
});

test('sub-jobs come depth first, to any depth', async () => {
  const tree = (id: string, levels: number): unknown =>
    job(id, 'SUCCESS', levels === 0 ? {} : { sub_jobs: [tree(`${id}1`, levels - 1), tree(`${id}2`, 0)] });
  const { rows } = await read(tree('t', 5));
  expect(rows.map((row) => `${row['depth']} ${row['job_id']} ${row['parent_job_id']}`)).toEqual([
    '0 t null',
    '1 t1 t',
    '2 t11 t1',
    '3 t111 t11',
    '4 t1111 t111',
    '5 t11111 t1111',
    '5 t11112 t1111',
    '4 t1112 t111',
    '3 t112 t11',
    '2 t12 t1',
    '1 t2 t',
  ]);
  const deep = (levels: number): unknown =>
    job('d', 'INIT', levels === 0 ? {} : { sub_jobs: [deep(levels - 1)] });
  expect((await read(deep(50))).rows).toHaveLength(51);
});

test.each([
  ['SUCCESS', 'done'],
  ['SUC CES S', 'done'],
  ['RUNNING', 'running'],
  ['INIT', 'pending'],
  ['PENDING_PAYMENT', 'pending'],
  ['FAIL', 'failed'],
  ['PAUSED', 'unknown'],
])('status %s is %s', async (word, state) => {
  expect((await read(job('a', word, {}))).job.state).toBe(state);
});

test('entities may be an array, at the top and below', async () => {
  const sub = job('b', 'SUCCESS', [{ server_id: 's' }, { sub_jobs: [job('c', 'FAIL', {})] }]);
  const { rows } = await read(job('a', 'FAIL', [{ sub_jobs: [sub] }]));
  expect(rows.map((row) => [row['job_id'], row['depth'], row['entities']])).toEqual([
    ['a', 0, [{}]],
    ['b', 1, [{ server_id: 's' }, {}]],
    ['c', 2, {}],
  ]);
});

test('a number of sub-jobs that is not there is a warning', async () => {
  const { job: found } = await read(
    job('a', 'SUCCESS', { sub_jobs_total: '2', sub_jobs: [job('b', 'INIT', {})] }),
  );
  expect(found.warnings).toEqual([
    { code: 'SUB_JOBS_MISSING', message: 'Job "a" states 2 sub-jobs and lists 1' },
  ]);
  expect((await read(job('a', 'SUCCESS', { sub_jobs_total: 0 }))).job.warnings).toEqual([]);
});

test('unknown members are kept, missing ones are null', async () => {
  const { rows } = await read({ status: 'FAIL', region: 'x', error_code: 7 });
  expect(rows).toEqual([
    {
      job_id: 'asked',
      parent_job_id: null,
      depth: 0,
      job_type: null,
      status: 'FAIL',
      state: 'failed',
      begin_time: null,
      end_time: null,
      error_code: '7',
      fail_reason: null,
      entities: null,
      region: 'x',
    },
  ]);
});

test('an answer without a status, or with a sub-job that is none, is refused', async () => {
  await expect(read({ job_id: 'a' })).rejects.toMatchObject({ code: 'PAGE_INVALID' });
  await expect(read(job('a', 'INIT', { sub_jobs: ['b'] }))).rejects.toMatchObject({ code: 'PAGE_INVALID' });
});

test('a sub-job without a list around it is one, and null is none', async () => {
  const one = await read(
    job('a', 'SUCCESS', { sub_jobs: job('b', 'FAIL', { sub_jobs: null, nic_id: 'n' }) }),
  );
  expect(one.rows).toMatchObject([
    { job_id: 'a', depth: 0, entities: {} },
    { job_id: 'b', parent_job_id: 'a', depth: 1, state: 'failed', entities: { nic_id: 'n' } },
  ]);
  await expect(read(job('a', 'SUCCESS', { sub_jobs: 'b' }))).rejects.toMatchObject({ code: 'PAGE_INVALID' });
});
