import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { SIMULATOR_USER } from '../../src/simulator/iam.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { type Graph, graphOf, hashParts, test } from './export-test.js';
import { runCommand } from './run-command.js';

const JOB = 'synthetic-pagerank-20000';
const ARGS = ['--page-size', '500', '--concurrency', '2'];

let undisturbed: Record<string, string> = {};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ges-export-'));
  const simulator = await startSimulator();
  await graphOf(simulator).export(JOB, folder, ...ARGS);
  undisturbed = await hashParts(folder);
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** The environment of a user with a password and no token. */
function loginEnv(graph: Graph, folder: string): Record<string, string> {
  const { GES_TOKEN: _, ...env } = graph.env;
  return {
    ...env,
    GES_USER: SIMULATOR_USER.name,
    GES_DOMAIN: SIMULATOR_USER.domain,
    GES_PASSWORD: SIMULATOR_USER.password,
    GES_IAM_ENDPOINT: graph.simulator.iamEndpoint,
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

test('tokens that live shorter than the export: exit code 0 and the same bytes', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ tokenLifetimeSeconds: 2, latencyMs: 250 });
  const out = join(folder, 'out');
  const env = loginEnv(graph, folder);
  const { exitCode, stderr } = await runCommand(['export', JOB, '--out', out, ...ARGS, '--json'], { env });
  expect(exitCode, stderr).toBe(0);
  expect(graph.simulator.logins()).toBeGreaterThanOrEqual(3);
  expect(await hashParts(out)).toEqual(undisturbed);
});

test('a token that dies on every third page costs no attempt', async ({ folder, openGraph }) => {
  const rules = [...Array(10).keys()].map((nth) => ({
    // The request after each of these is the same one again, with a fresh token.
    when: { path: 'status' as const, requests: 3 + 4 * nth },
    fault: { expireToken: true as const },
  }));
  const graph = await openGraph({ faults: { rules } });
  const out = join(folder, 'out');
  const args = ['export', JOB, '--out', out, '--page-size', '500', '--concurrency', '1'];
  const { exitCode, stderr } = await runCommand([...args, '--max-attempts', '1', '--json'], {
    env: loginEnv(graph, folder),
  });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).not.toContain('"type":"retry"');
  expect(graph.simulator.logins()).toBe(11);
  expect(await hashParts(out)).toEqual(undisturbed);
});

test('a token that dies early at random, with many requests in flight', async ({ folder, openGraph }) => {
  const fault = { expireToken: true } as const;
  const graph = await openGraph({
    faults: { seed: 5, rules: [{ when: { path: 'status', probability: 0.05 }, fault }] },
  });
  const out = join(folder, 'out');
  const args = ['export', JOB, '--out', out, '--page-size', '500', '--concurrency', '8'];
  const { exitCode, stderr } = await runCommand([...args, '--max-attempts', '30'], {
    env: loginEnv(graph, folder),
  });
  expect(exitCode, stderr).toBe(0);
  expect(await hashParts(out)).toEqual(undisturbed);
});

test('the next command uses the token of the one before', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const env = loginEnv(graph, folder);
  for (const args of [
    ['jobs', 'list'],
    ['inspect', 'pagerank'],
    ['export', 'pagerank', '--out', join(folder, 'out')],
  ])
    expect(await runCommand(args, { env })).toMatchObject({ exitCode: 0 });
  expect(graph.simulator.logins()).toBe(1);
});

test('a wrong password ends with exit code 1 after one request', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const env = { ...loginEnv(graph, folder), GES_PASSWORD: 'guess' };
  const { exitCode, stderr } = await runCommand(['export', 'pagerank', '--out', join(folder, 'out')], {
    env,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    'ges-export: IAM gave no token to user "demo-user": "The username or password is wrong." (HTTP 401). Check user, account (--domain), password and project; an account with MFA needs a token\n',
  );
  expect(graph.simulator.requests()).toBe(1);
});
