// What the crash and the storm harness share: the built command, folders compared byte by byte, dice with a seed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../dist/index.js';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The options of a harness, all of them numbers or texts; `--help` prints them with their defaults. */
export function readOptions(defaults) {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  if (values.help) {
    for (const [name, [value, text]] of Object.entries(defaults)) console.log(`--${name} ${value}  ${text}`);
    process.exit(0);
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([name, [value]]) => {
      const given = values[name];
      if (given === undefined) return [name, value];
      if (typeof value === 'number' && !Number.isFinite(Number(given)))
        throw new Error(`Wrong --${name} "${given}"`);
      return [name, typeof value === 'number' ? Number(given) : given];
    }),
  );
}

/** Numbers that repeat for the same seed. */
export class Dice {
  #state;

  constructor(...seeds) {
    this.#state = createHash('sha256').update(seeds.join('/')).digest().readUInt32LE(0);
  }

  /** From 0 to below 1: a linear congruential generator (Knuth's MMIX constants are too wide; these are Numerical Recipes'). */
  next() {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min, max) {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  of(list) {
    return list[this.int(0, list.length - 1)];
  }
}

export const KINDS = [
  ['csv', 'none'],
  ['csv', 'gzip'],
  ['ndjson', 'none'],
  ['ndjson', 'gzip'],
  ['parquet', 'none'],
  ['parquet', 'snappy'],
  ['parquet', 'gzip'],
];

const running = new Set();
const scratches = new Set();

/** Nothing outlives the harness, however it ends. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const scratch of scratches) rmSync(scratch, { recursive: true, force: true });
});

/** A simulator, a scratch folder, and the command that exports from the one into the other. */
export async function openBench(simulatorOptions = {}) {
  const simulator = await startSimulator(simulatorOptions);
  const scratch = mkdtempSync(join(tmpdir(), 'ges-export-harness-'));
  scratches.add(scratch);
  let folders = 0;
  return {
    simulator,
    newFolder: () => join(scratch, String(++folders)),
    /** Starts `export`; `env` is added to what the graph needs. */
    start(args, env = {}, command = 'export') {
      const child = spawn(process.execPath, [COMMAND, command, ...args], {
        env: {
          PATH: process.env.PATH,
          GES_ENDPOINT: simulator.endpoint,
          GES_PROJECT_ID: simulator.projectId,
          GES_GRAPH: simulator.graph,
          ...(env.GES_TOKEN_FILE ? {} : { GES_TOKEN: simulator.token }),
          ...env,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      running.add(child);
      const ended = (async () => {
        const [stderr, [exitCode, signal]] = await Promise.all([buffer(child.stderr), once(child, 'close')]);
        running.delete(child);
        return { exitCode, signal, stderr: stderr.toString() };
      })();
      return { child, ended };
    },
    run(args, env) {
      return this.start(args, env).ended;
    },
    verify(folder) {
      return this.start([folder], {}, 'verify').ended;
    },
    async close() {
      await simulator.close();
      rmSync(scratch, { recursive: true, force: true });
      scratches.delete(scratch);
    },
  };
}

/** SHA-256 of every file below a folder by its path; of the manifest only what does not depend on the clock. */
export async function hashFolder(folder) {
  const hashes = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const name = relative(folder, path).split('\\').join('/');
    hashes[name] = createHash('sha256')
      .update(name === 'manifest.json' ? timeless(bytes) : bytes)
      .digest('hex');
  }
  return hashes;
}

function timeless(manifest) {
  const { startedAt, finishedAt, ...rest } = JSON.parse(manifest);
  return JSON.stringify(rest);
}

/** The first difference between two folders in words; null when they hold the same bytes. */
export function difference(expected, actual) {
  for (const name of Object.keys({ ...expected, ...actual }).sort()) {
    if (expected[name] === actual[name]) continue;
    if (expected[name] === undefined) return `${name} is left over`;
    return actual[name] === undefined ? `${name} is missing` : `${name} has other bytes`;
  }
  return null;
}

/** The error line of a result, or how it ended without one. */
export function sayEnd({ exitCode, signal, stderr }) {
  const line = stderr.split('\n').findLast((candidate) => candidate.startsWith('ges-export: '));
  return `exit code ${exitCode ?? signal}${line === undefined ? '' : `: ${line}`}`;
}

/** A failure has one error line and no stack. */
export function isCleanFailure({ stderr }) {
  const lines = stderr.split('\n').filter((line) => line.startsWith('ges-export: '));
  return lines.length === 1 && !/\n\s+at |DEFECT|defect/.test(stderr);
}

/** Counts cases and prints those that failed, with what is needed to repeat them. */
export class Tally {
  passed = 0;
  failed = 0;
  #groups = new Map();

  report(group, name, problem) {
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    if (problem === null) this.passed++;
    else {
      this.failed++;
      console.log(`FAIL ${group} ${name}: ${problem}`);
    }
  }

  /** Prints the counts; the last line is "N passed, M failed". Nothing at all is a failure too. */
  end() {
    for (const [group, count] of this.#groups) console.log(`${group}: ${count} cases`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0;
  }
}

/** Works through tasks, some at a time, until there are no more or the time is up. */
export async function workThrough(tasks, workers, seconds) {
  const end = Date.now() + seconds * 1000;
  const iterator = tasks[Symbol.iterator]();
  const work = async () => {
    for (let task = iterator.next(); !task.done; task = iterator.next()) {
      await task.value();
      if (Date.now() > end) return;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
