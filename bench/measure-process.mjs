import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { MemoryWatch } from './memory-watch.mjs';

const METER = new URL('./meter.mjs', import.meta.url);
/** Where this repository lies says nothing to a reader of the report. */
const HERE = new URL('..', import.meta.url);
const SAMPLE_MS = 20;
/** The shell's `times` counts the processor time of every program it waited for, and of theirs. */
const TIMED = '"$@"; code=$?; times > "$BENCH_TIMES_FILE"; exit $code';

/**
 * Runs a program in processes of its own and gives its seconds from start to exit, the processor seconds of all its
 * processes, the peak memory of them together in MiB, its longest event-loop stall in ms (null where it is not one
 * Node process), and its output.
 *
 * @throws Error with the end of what the program said, when it does not exit with 0
 */
export async function measureProcess([program, ...args], { env, folder }) {
  const timesFile = join(folder, 'times');
  const meterFile = join(folder, 'meter');
  await rm(meterFile, { force: true });
  const isNode = program === process.execPath;
  const metered = isNode ? ['--import', METER.href, ...args] : args;
  const startedAt = performance.now();
  const child = spawn('sh', ['-c', TIMED, 'sh', program, ...metered], {
    env: {
      PATH: process.env.PATH,
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
      BENCH_TIMES_FILE: timesFile,
      BENCH_METER_FILE: meterFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  const memory = new MemoryWatch(child.pid);
  const sampling = setInterval(() => memory.sample(), SAMPLE_MS);
  const [[exitCode, signal], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(sampling);
  if (exitCode !== 0) {
    const said = stderr.replaceAll(HERE.href, '').replaceAll(fileURLToPath(HERE), '').replaceAll(folder, '.');
    throw new Error(`exit code ${exitCode ?? signal}: ${said.trim().slice(-600)}`);
  }
  const meter = existsSync(meterFile) ? JSON.parse(await readFile(meterFile, 'utf8')) : undefined;
  return {
    seconds,
    cpuSeconds: childSeconds(await readFile(timesFile, 'utf8')),
    peakMiB: Math.max(memory.peakKiB, meter?.peakKiB ?? 0) / 1024,
    stallMs: meter?.stallMs ?? null,
    stdout,
  };
}

/** The second line of `times` (POSIX): `0m0.61s 0m0.08s`, user and system time of the children. */
function childSeconds(times) {
  const parts = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`Cannot read what the shell says of its times: ${times}`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
