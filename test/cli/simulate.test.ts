import { once } from 'node:events';
import { expect, test } from 'vitest';
import { runCommand, startCommand } from './run-command.js';

test.for(['SIGTERM', 'SIGINT'] as const)(
  'simulate prints one JSON line, serves an export and stops on %s with 0',
  async (signal) => {
    const { child, ended } = startCommand(['simulate']);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { endpoint, projectId, graph, token, pid } = JSON.parse(line.toString()) as Record<string, string>;
    expect(pid).toBe(child.pid);
    const exported = await runCommand(['export', 'pagerank', '--out', '-', '--quiet'], {
      env: {
        GES_ENDPOINT: String(endpoint),
        GES_PROJECT_ID: String(projectId),
        GES_GRAPH: String(graph),
        GES_TOKEN: String(token),
      },
    });
    expect(exported.stdout.toString()).toMatch(/^vertex_id,pagerank\nATL,/);
    child.kill(signal);
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.toString()).toBe(line.toString());
  },
);
