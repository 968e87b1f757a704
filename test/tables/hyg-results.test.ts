import { expect, test } from 'vitest';
import { exportJob } from '../../src/export-job.js';
import { json, serve } from '../client/scripted-server.js';
import { exportAnswer, inspectAnswer } from './golden.js';

const answerOf = (word: string, outputs: object, beside: object = {}) => ({
  answer: Buffer.from(JSON.stringify({ data: { outputs }, status: word, ...beside })),
  schema: null,
});
const ranks = (count: number, total: number) => ({
  pagerank: Array.from({ length: count }, (_, index) => ({ [`v${index}`]: index / 10 })),
  data_return_size: count,
  data_offset: 0,
  data_total_size: total,
});

async function warningsOf(answer: ReturnType<typeof answerOf>) {
  const { manifest } = await exportAnswer(answer, {});
  return manifest.warnings;
}

test('a result that is called complete may be cut: the warning names the way to the whole', async () => {
  const [warning, ...others] = await warningsOf(answerOf('complete', ranks(3, 3)));
  expect(others).toEqual([]);
  expect(warning?.code).toBe('HYG_RESULT_MAY_BE_CUT');
  for (const part of [
    'compare the 3 records with the number of vertices',
    '"format": "TXT", "mode": "FULL"',
    '/hyg/{graph_name}/jobs/{job_id}/export-result',
    '"erase": false',
    'ges_03_0530',
  ]) {
    expect(warning?.message).toContain(part);
  }
});

test('a round number of records is the likeliest sign of a cut', async () => {
  const [warning] = await warningsOf(answerOf('Complete', ranks(2000, 2000)));
  expect(warning?.message).toContain('2000 records is such a round number that it probably did');
});

test.each<[string, ReturnType<typeof answerOf>, readonly string[]]>([
  ['success is no word of HyG', answerOf('success', ranks(3, 3)), []],
  [
    'a result beside the status is',
    answerOf('success', ranks(3, 3), { result: 'success' }),
    ['HYG_RESULT_MAY_BE_CUT'],
  ],
  [
    'vertices come from a query of another edition',
    answerOf('complete', { vertices: [{ id: 'a', label: 'x', properties: {} }], data_total_size: 1 }),
    [],
  ],
  ['so do rows of Cypher', answerOf('complete', { columns: ['a'], data: [{ row: [1] }] }), []],
  ['one path is never cut', answerOf('complete', { path: ['a', 'b'], source: 'a' }), []],
  ['neither is one value', answerOf('complete', { triangle_count: 5 }), []],
])('%s', async (_, answer, codes) => {
  expect((await warningsOf(answer)).map(({ code }) => code)).toEqual(codes);
});

test('records that are declared and not given are an error that names the way to the whole', async () => {
  const { endpoint } = await serve(({ url }) => {
    const offset = Number(url.searchParams.get('offset'));
    const limit = Number(url.searchParams.get('limit'));
    const { pagerank } = ranks(50, 1000);
    const page = pagerank.slice(offset, offset + limit);
    const sizes = { data_return_size: page.length, data_offset: offset, data_total_size: 1000 };
    return json({ data: { outputs: { pagerank: page, ...sizes } }, status: 'complete' });
  });
  await expect(
    exportJob({ endpoint, projectId: 'p', graph: 'g', token: 't', jobId: 'j1', out: '-', maxAttempts: 1 }),
  ).rejects.toMatchObject({
    code: 'RESULT_TRUNCATED',
    message: expect.stringMatching(
      /gives nothing from record 50 on, although it declares 1000.*export-result/,
    ),
  });
});

test('inspect shows such a result as any other', async () => {
  expect(await inspectAnswer(answerOf('complete', ranks(3, 3)))).toMatchObject({
    status: 'complete',
    total: 3,
  });
});
