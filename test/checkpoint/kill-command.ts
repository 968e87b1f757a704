import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.js';
import { type Graph, graphOf } from '../cli/export-test.js';
import type { CommandResult, RunningCommand } from '../cli/run-command.js';

/** What the checkpoint of a folder says about its progress; null where there is none (yet). */
export async function committedOffset(out: string): Promise<number | null> {
  const text = await readFile(join(out, '.ges-export/checkpoint.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { committedOffset: number }).committedOffset;
}

/** Sends a signal as soon as the checkpoint has reached an offset; the process may have ended by itself before. */
export async function signalAt(
  running: RunningCommand,
  out: string,
  offset: number,
  signal: NodeJS.Signals,
): Promise<CommandResult> {
  const { child, ended } = running;
  while (child.exitCode === null && child.signalCode === null) {
    if (((await committedOffset(out)) ?? -1) >= offset) {
      child.kill(signal);
      break;
    }
    await sleep(2);
  }
  return ended;
}

export interface KilledExports {
  /** The graph that the exports were made from: a checkpoint holds its address. */
  readonly graph: Graph;
  /** The folder that an export left behind, to be copied and not to be changed. */
  leftover(...args: readonly string[]): Promise<string>;
}

/** Exports that were killed with one part finished and one in progress, made once for a whole test file. */
export function killedExports(jobId: string, killAt: number, killBefore: number): KilledExports {
  const made = new Map<string, Promise<string>>();
  let root = '';
  let graph: Graph | null = null;
  const opened = (): Graph => {
    if (graph === null) throw new Error('The simulator is started before the first test');
    return graph;
  };
  const make = async (args: readonly string[]): Promise<string> => {
    const out = join(root, String(made.size));
    // Killed too late it would show something else than what the tests are about; a busy machine may need a few tries.
    for (let tries = 1; ; tries++) {
      const running = opened().start('export', jobId, '--out', out, ...args);
      await signalAt(running, out, killAt, 'SIGKILL');
      const offset = (await committedOffset(out)) ?? Number.POSITIVE_INFINITY;
      // A part that was full got its name before the checkpoint tells of it.
      const isInProgress = (await readdir(out, { recursive: true })).some((path) => path.endsWith('.open'));
      if (offset < killBefore && isInProgress) return out;
      expect(tries, `killed at ${offset}`).toBeLessThan(20);
      await rm(out, { recursive: true });
    }
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ges-export-'));
    graph = graphOf(await startSimulator({ latencyMs: 15 }));
  });
  afterAll(async () => {
    await graph?.simulator.close();
    await rm(root, { recursive: true, force: true });
  });
  return {
    get graph() {
      return opened();
    },
    leftover(...args) {
      const key = args.join(' ');
      const out = made.get(key) ?? make(args);
      made.set(key, out);
      return out;
    },
  };
}
