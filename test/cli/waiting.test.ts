import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { SIMULATOR_PROJECT, SIMULATOR_USER } from '../../src/simulator/iam.js';
import { failureOf, hashParts, hashTree, test } from './export-test.js';
import { startCommand } from './run-command.js';

test('--wait waits for a submitted job and exports it', async ({ folder, openGraph }) => {
  const graph = await openGraph({ pendingMs: 4000, runningMs: 1500 });
  const { endpoint, projectId, graph: name, token } = graph.simulator;
  const submitted = await fetch(
    `${endpoint}/ges/v1.0/${projectId}/graphs/${name}/action?action_id=execute-algorithm`,
    {
      method: 'POST',
      headers: { 'X-Auth-Token': token },
      body: JSON.stringify({ algorithmName: 'pagerank', parameters: {} }),
    },
  );
  const { jobId } = (await submitted.json()) as { jobId: string };
  const result = await graph.run('export', jobId, '--out', folder, '--wait');
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stderr).toMatch(new RegExp(`^Job ${jobId} is (pending|running), waiting$`, 'm'));
  expect(result.stderr).toMatch(/^Done: 305 records/m);
});

test('a token that expires in the middle ends the run; with a new one in the file the next run goes on', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({
    latencyMs: 5,
    faults: {
      rules: [
        {
          when: { path: 'status', offsets: [600, 699], requests: 1 },
          times: 1,
          fault: { expireToken: true },
        },
      ],
    },
  });
  const { endpoint, token } = graph.simulator;
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${token}\n`);
  const out = join(folder, 'out');
  const { GES_TOKEN: _, ...env } = graph.env as Record<string, string>;
  const args = ['export', 'synthetic-pagerank-900', '--out', out, '--page-size', '100'];

  // Nobody renews the token: refused, and what is committed stays.
  const refused = await startCommand([...args, '--token-file', tokenFile], { env }).ended;
  expect(failureOf(refused)).toMatchObject({ exitCode: 1, line: expect.stringMatching(/GES\.8007/) });
  expect(await hashTree(out)).not.toHaveProperty('_SUCCESS');

  const fresh = await newToken(endpoint);
  await writeFile(`${tokenFile}.new`, fresh);
  await rename(`${tokenFile}.new`, tokenFile);
  const renewed = await startCommand([...args, '--token-file', tokenFile], { env }).ended;
  expect(renewed.exitCode, renewed.stderr).toBe(0);
  expect(renewed.stderr).toMatch(/^Resuming job/m);
});

test('a run goes on with the token that another program put into the file meanwhile', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ latencyMs: 150, tokenLifetimeSeconds: 3 });
  const whole = await openGraph();
  await whole.export('synthetic-pagerank-700', join(folder, 'whole'), '--page-size', '20');
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, await newToken(graph.simulator.endpoint));
  const { GES_TOKEN: _, ...env } = graph.env as Record<string, string>;
  const out = join(folder, 'out');
  const running = startCommand(
    [
      'export',
      'synthetic-pagerank-700',
      '--out',
      out,
      '--page-size',
      '20',
      '--concurrency',
      '1',
      '--token-file',
      tokenFile,
      '--json',
    ],
    { env },
  );
  const stop = new AbortController();
  const renewal = renewToken(graph.simulator.endpoint, tokenFile, stop.signal);
  const result = await running.ended;
  stop.abort();
  await renewal;
  expect(result.exitCode, result.stderr).toBe(0);
  expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
});

/** Puts a new token into the file every 300 ms, as a program of its own would, until told to stop. */
async function renewToken(endpoint: string, tokenFile: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(300);
    await writeFile(`${tokenFile}.new`, await newToken(endpoint));
    await rename(`${tokenFile}.new`, tokenFile);
  }
}

/** Asks the IAM of the simulator, as a program that renews tokens does. */
async function newToken(endpoint: string): Promise<string> {
  const { name, password, domain } = SIMULATOR_USER;
  const user = { name, password, domain: { name: domain } };
  const response = await fetch(`${endpoint}/v3/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: SIMULATOR_PROJECT.name } },
      },
    }),
  });
  expect(response.status).toBe(201);
  return response.headers.get('x-subject-token') ?? '';
}
