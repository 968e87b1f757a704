import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test as base, expect } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.js';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.js';
import { type CommandResult, type RunningCommand, startCommand } from './run-command.js';

/** A graph served in this process, and the command that exports from it. */
export interface Graph {
  readonly simulator: Simulator;
  /** What the command needs to reach the graph; the token is in `GES_TOKEN`. */
  readonly env: Readonly<Record<string, string>>;
  start(...args: readonly string[]): RunningCommand;
  run(...args: readonly string[]): Promise<CommandResult>;
  /** `export` of a job into a folder; the test fails unless it exits with 0. */
  export(jobId: string, out: string, ...args: readonly string[]): Promise<Manifest>;
}

interface Fixtures {
  /** An empty folder of this test's own, gone at its end. */
  readonly folder: string;
  /** Starts a simulator that lives as long as the test. */
  readonly openGraph: (options?: SimulatorOptions) => Promise<Graph>;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern here
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'ges-export-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern here
  openGraph: async ({}, use) => {
    const simulators: Simulator[] = [];
    await use(async (options = {}) => {
      const simulator = await startSimulator(options);
      simulators.push(simulator);
      return graphOf(simulator);
    });
    for (const simulator of simulators) await simulator.close();
  },
});

/** The simulator of a whole test file; to be closed by its owner. */
export function graphOf(simulator: Simulator): Graph {
  const env = {
    GES_ENDPOINT: simulator.endpoint,
    GES_PROJECT_ID: simulator.projectId,
    GES_GRAPH: simulator.graph,
    GES_TOKEN: simulator.token,
  };
  const start = (...args: readonly string[]) => startCommand(args, { env });
  return {
    simulator,
    env,
    start,
    run: (...args) => start(...args).ended,
    async export(jobId, out, ...args) {
      const { exitCode, stderr } = await start('export', jobId, '--out', out, ...args).ended;
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      return readManifest(out);
    },
  };
}

export async function readManifest(out: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as Manifest;
}

/** SHA-256 of every file below a folder, by path with `/`; those that `keep` refuses are left out. */
export async function hashTree(
  out: string,
  keep: (path: string) => boolean = () => true,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(out, file).split('\\').join('/');
    if (keep(path))
      hashes[path] = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
  }
  return hashes;
}

/** SHA-256 of every part file, finished or in progress. */
export function hashParts(out: string): Promise<Record<string, string>> {
  return hashTree(out, (path) => path.includes('/') && !path.startsWith('.ges-export/'));
}

/** The one line that a failure says: code of the process, and standard error without its line end. */
export function failureOf(result: CommandResult): { exitCode: number | null; line: string } {
  const lines = result.stderr.split('\n');
  expect(lines.pop()).toBe('');
  const failures = lines.filter((line) => line.startsWith('ges-export: '));
  expect(failures, result.stderr).toHaveLength(1);
  expect(lines.at(-1)).toBe(failures[0]);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  return { exitCode: result.exitCode, line: failures[0]?.slice('ges-export: '.length) ?? '' };
}
