import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Simulators in processes of their own, one for each kind of network, started when first asked for. */
export class Simulators {
  #running = new Map();

  /** The GES_… variables that name a simulator with these answers to a contender. */
  async env({ gzip, latencyMs }) {
    const args = ['--latency-ms', String(latencyMs), ...(gzip ? ['--gzip'] : [])];
    const key = args.join(' ');
    const running = this.#running.get(key) ?? (await start(args));
    this.#running.set(key, running);
    return running.env;
  }

  async stop() {
    for (const { child } of this.#running.values()) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
  }
}

async function start(args) {
  const child = spawn(process.execPath, [COMMAND, 'simulate', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The simulator ended with ${code} before it listened`);
    }),
  ]);
  const { endpoint, projectId, graph, token } = JSON.parse(String(line));
  return {
    child,
    env: { GES_ENDPOINT: endpoint, GES_PROJECT_ID: projectId, GES_GRAPH: graph, GES_TOKEN: token },
  };
}
