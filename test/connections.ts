import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ConnectionOptions, resolveConnection } from '../src/config/options.js';
import { connect } from '../src/connect.js';
import { SIMULATOR_USER } from '../src/simulator/iam.js';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/simulator/simulator.js';

/** A simulator for one test, closed at its end. */
export async function openGraph(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A folder for one test, gone at its end. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ges-auth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** How the one user of the simulator logs in. */
export function passwordLogin(simulator: Simulator): Partial<ConnectionOptions> {
  const { name: user, domain, password } = SIMULATOR_USER;
  return { user, domain, password, iamEndpoint: simulator.iamEndpoint };
}

/** A client of the simulator, closed at the end of the test. */
export function openClient(simulator: Simulator, who: Partial<ConnectionOptions>) {
  const { endpoint, projectId, graph } = simulator;
  const client = connect(resolveConnection({ endpoint, projectId, graph, maxAttempts: 1, ...who }), 4);
  onTestFinished(() => client.close());
  const read = (offset = 0) => client.readJob('pagerank', { offset, limit: 1 });
  return { client, read };
}
