import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportJob } from '../src/export-job.js';
import { json, serve } from './client/scripted-server.js';

/** Exports 25 records in windows of 5 from a server that states no total and refuses what lies behind the end. */
async function exportFrom(errorMessage: string, errorCode = 'GES.8301'): Promise<number> {
  const { endpoint } = await serve(({ url }) => {
    const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
    if (offset >= 25) return json({ errorCode, errorMessage }, 400);
    const page = Array.from({ length: Math.min(limit, 25 - offset) }, (_, at) => ({
      [`v${offset + at}`]: 1,
    }));
    return json({ status: 'success', data: { outputs: { rank: page } } });
  });
  const out = await mkdtemp(join(tmpdir(), 'ges-end-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const options = { jobId: 'j', out, pageSize: 5, maxAttempts: 1, wait: 0, format: 'ndjson' } as const;
  await exportJob({ endpoint, projectId: 'p', graph: 'g', token: 't-123', ...options });
  return (await readFile(join(out, 'rank/part-00000.ndjson'), 'utf8')).split('\n').length - 1;
}

test.each([
  ['offset out of range', 'GES.8301'],
  ['offset 25 exceeds the result size', 'GES.8301'],
  ['parameter [offset] is invalid', 'GES.8000'],
  ['偏移量超出范围', 'GES.8301'],
])('a refusal that says "%s" (%s) is the end of a result without a total', async (message, code) => {
  expect(await exportFrom(message, code)).toBe(25);
});

test.each([
  ['no permission', 'GES.8020', 'API_REJECTED'],
  ['query failed', 'GES.8301', 'REQUEST_BUSY'],
  ['can not find job', 'GES.8301', 'JOB_NOT_FOUND'],
])('a refusal that says "%s" (%s) is not', async (message, code, expected) => {
  await expect(exportFrom(message, code)).rejects.toMatchObject({ code: expected });
});
