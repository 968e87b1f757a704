import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportJob } from '../../src/export-job.js';
import { checkExport } from '../../src/verify-export.js';
import { json, serve } from '../client/scripted-server.js';

const vertices = [{ id: 'a', label: 'x', properties: {} }];
const edges = [{ source: 'a', target: 'b', label: 'y', index: '0', properties: {} }];

test.each([
  ['one value', { outputs: { closeness: 0.5, source: 'a', runtime: 0.25 } }],
  ['two lists in one answer', { vertices, edges }],
  ['two lists of the same size', { outputs: { vertices, edges, data_return_size: 1, data_total_size: 1 } }],
])('%s with members in another order each time is what was exported', async (_, data) => {
  let asked = 0;
  const turn = (value: object): object => {
    const members = Object.entries(value).map(([key, member]) => [
      key,
      key === 'outputs' ? turn(member) : member,
    ]);
    return Object.fromEntries(asked % 2 === 0 ? members : members.toReversed());
  };
  const { endpoint } = await serve(({ url }) => {
    if (url.pathname.endsWith('/schema')) return json({ errorCode: 'GES.8803' }, 404);
    const answer = json({ status: 'success', data: turn(data) });
    asked++;
    return answer;
  });
  const out = await mkdtemp(join(tmpdir(), 'ges-order-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const connection = { endpoint, projectId: 'p1', graph: 'g', token: 't', maxAttempts: 1 };
  for (const first of [0, 1]) {
    asked = 0;
    await exportJob({ ...connection, jobId: 'j1', out, force: true, wait: 0 });
    asked = first;
    const { disagreements } = await checkExport(out, { remote: { connection, windows: 1 } });
    expect(disagreements).toEqual([]);
  }
});
