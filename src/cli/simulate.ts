import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { ConfigError } from '../errors.js';
import { type CheckedFaultPlan, parseFaultPlan } from '../simulator/fault-plan.js';
import { SIMULATOR_USER } from '../simulator/iam.js';
import { LAYOUTS, type Layout } from '../simulator/job-answer.js';
import { GRAPH_EDITIONS, type GraphEdition } from '../simulator/job-list.js';
import { SIMULATOR_GRAPH_ID } from '../simulator/management-jobs.js';
import { SIMULATOR_KEY } from '../simulator/signature.js';

interface SimulateFlags {
  readonly port: number;
  readonly faults?: string;
  readonly latencyMs: number;
  readonly pendingMs: number;
  readonly runningMs: number;
  readonly layout: Layout;
  readonly tokenLifetime: number;
  readonly gzip: boolean;
  readonly edition: GraphEdition;
  readonly listedJobs: number;
}

/**
 * `ges-export simulate`: serves the embedded GES until SIGINT or SIGTERM. Its one line on stdout is a JSON object with
 * `endpoint`, `projectId`, `graph`, `graphId`, `token`, `iamEndpoint`, `user`, `domain`, `password`, `ak`, `sk` and `pid`.
 *
 * @throws ConfigError CONFIG_INVALID for a wrong option or fault plan
 */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Serve a simulated GES on 127.0.0.1, to try things out without an account')
    .option('--port <port>', 'port to listen on, 0 for a free one', integer('--port', 0, 65_535), 0)
    .option('--faults <file|json>', 'fault plan: a JSON or YAML file, or the JSON itself')
    .option('--latency-ms <n>', 'added to every answer', integer('--latency-ms', 0, 600_000), 0)
    .option(
      '--pending-ms <n>',
      'how long a submitted job is pending',
      integer('--pending-ms', 0, 86_400_000),
      150,
    )
    .option('--running-ms <n>', 'how long it is running then', integer('--running-ms', 0, 86_400_000), 350)
    .option(
      '--layout <place>',
      `where the paging fields stand: ${LAYOUTS.join(' or ')}`,
      readLayout,
      'outputs',
    )
    .option(
      '--token-lifetime <seconds>',
      'life of a token',
      integer('--token-lifetime', 0, 31_536_000),
      86_400,
    )
    .addOption(
      new Option('--edition <name>', 'whose job list and summary it has')
        .choices(GRAPH_EDITIONS)
        .default('memory'),
    )
    .option(
      '--listed-jobs <n>',
      'finished jobs that the job list names besides its own',
      integer('--listed-jobs', 0, 10_000_000),
      0,
    )
    .option('--gzip', 'compress answers for clients that accept it', false)
    .action(simulate);
}

async function simulate(flags: SimulateFlags): Promise<void> {
  const { tokenLifetime, faults, ...options } = flags;
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  // Loaded only here: the graph library and its data are a fifth of the memory of an export.
  const { startSimulator } = await import('../simulator/simulator.js');
  const simulator = await startSimulator({
    ...options,
    tokenLifetimeSeconds: tokenLifetime,
    faults: faults === undefined ? undefined : await readFaults(faults),
  });
  const { endpoint, projectId, graph, token, iamEndpoint } = simulator;
  const { name: user, domain, password } = SIMULATOR_USER;
  const { accessKey: ak, secretKey: sk } = SIMULATOR_KEY;
  const login = { iamEndpoint, user, domain, password };
  const line = {
    endpoint,
    projectId,
    graph,
    graphId: SIMULATOR_GRAPH_ID,
    token,
    ...login,
    ak,
    sk,
    pid: process.pid,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await stopped;
  await simulator.close();
}

async function readFaults(value: string): Promise<CheckedFaultPlan> {
  if (value.trimStart().startsWith('{')) return parseFaultPlan(value, 'of --faults');
  if (!existsSync(value)) {
    throw new ConfigError('CONFIG_INVALID', `Cannot read the fault plan of --faults: no file "${value}"`);
  }
  return parseFaultPlan(await readFile(value, 'utf8'), `"${value}"`);
}

function integer(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError('CONFIG_INVALID', `Wrong ${flag} "${text}": give an integer from ${min} to ${max}`);
  };
}

function readLayout(text: string): Layout {
  const layout = LAYOUTS.find((known) => known === text);
  if (layout !== undefined) return layout;
  throw new ConfigError('CONFIG_INVALID', `Wrong --layout "${text}": give ${LAYOUTS.join(' or ')}`);
}
