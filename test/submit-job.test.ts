import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { showCloudJob } from '../src/cloud-job.js';
import { resolveCloud, resolveConnection } from '../src/config/options.js';
import { exportJob, startSimulator, submitJob } from '../src/index.js';
import { listJobs } from '../src/job-list.js';
import { SIMULATOR_KEY } from '../src/simulator/signature.js';
import { openGraph, passwordLogin } from './connections.js';

test('a job is submitted and its result exported, from a program', async () => {
  const simulator = await startSimulator({ pendingMs: 0, runningMs: 50 });
  onTestFinished(() => simulator.close());
  const folder = await mkdtemp(join(tmpdir(), 'ges-export-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { endpoint, projectId, graph, token } = simulator;
  const connection = { endpoint, projectId, graph, token };
  const { jobId, jobType } = await submitJob({
    ...connection,
    algorithm: 'k_hop',
    parameters: { source: 'ABE', k: 1 },
  });
  expect(jobType).toBe('1');
  const manifest = await exportJob({ ...connection, jobId, out: join(folder, 'out') });
  expect(manifest.scalars).toMatchObject({ source: 'ABE', k: 1 });

  const hyg = await submitJob({ ...connection, edition: 'hyg', algorithm: 'pagerank', body: { timeout: 9 } });
  expect(hyg).toEqual({ jobId: expect.any(String), jobType: null });
  await expect(submitJob({ ...connection, algorithm: 'edge-query' })).rejects.toMatchObject({
    code: 'CONFIG_CONFLICT',
  });
});

test('a submit whose token has died logs in again and starts one job', async () => {
  const rule = { when: { path: 'submit', requests: 1 }, fault: { expireToken: true } } as const;
  const simulator = await openGraph({ faults: { rules: [rule] } });
  const { endpoint, projectId, graph } = simulator;
  const connection = { endpoint, projectId, graph, maxAttempts: 1, ...passwordLogin(simulator) };
  const listed = async () => {
    const ids: unknown[] = [];
    for await (const job of listJobs(resolveConnection(connection), () => {})) ids.push(job.get('jobId'));
    return ids;
  };
  const before = await listed();
  const { jobId } = await submitJob({ ...connection, algorithm: 'pagerank' });
  expect(await listed()).toEqual([jobId, ...before]);
});

test('an access key signs a submit and the query for a cloud job', async () => {
  const { endpoint, projectId, graph } = await openGraph();
  const { accessKey: ak, secretKey: sk } = SIMULATOR_KEY;
  const key = { endpoint, projectId, ak, sk };
  expect(await submitJob({ ...key, graph, algorithm: 'pagerank' })).toMatchObject({ jobType: '1' });
  expect(await showCloudJob(resolveCloud(key), 'bms-create', {})).toMatchObject({ state: 'done' });
  const wrong = resolveCloud({ ...key, sk: 'another' });
  await expect(showCloudJob(wrong, 'bms-create', {})).rejects.toMatchObject({ code: 'API_UNAUTHORIZED' });
});
