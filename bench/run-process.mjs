import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PEAK_MEMORY = new URL('./write-peak-memory.mjs', import.meta.url);

export const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * Runs a script in its own process and gives its seconds, from start to exit, its peak memory in MiB, and its output.
 *
 * @throws Error with what the script said, when it does not exit with 0
 */
export async function measureProcess(script, args, { env, folder }) {
  const peakFile = join(folder, 'peak');
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', PEAK_MEMORY.href, script, ...args], {
    env: { PATH: process.env.PATH, ...env, BENCH_PEAK_FILE: peakFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[exitCode, signal], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (exitCode !== 0)
    throw new Error(`"${script} ${args.join(' ')}" ended with ${exitCode ?? signal}: ${stderr}`);
  const peakMiB = Number(await readFile(peakFile, 'utf8')) / 1024;
  return { seconds, peakMiB, stdout };
}

/** Starts the simulator in its own process; `env` names it to the contenders, as GES_… variables. */
export async function startSimulator() {
  const child = spawn(process.execPath, [COMMAND, 'simulate'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The simulator ended with ${code} before it listened`);
    }),
  ]);
  const { endpoint, projectId, graph, token } = JSON.parse(String(line));
  return {
    env: { GES_ENDPOINT: endpoint, GES_PROJECT_ID: projectId, GES_GRAPH: graph, GES_TOKEN: token },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
