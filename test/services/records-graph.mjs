// A graph on 127.0.0.1 whose finished jobs give the results of records.mjs, and the built command that reads it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { answerFor } from './records.mjs';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** @param env what the command is given besides the graph */
export async function openRecordsGraph(env = {}) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const jobId = /\/jobs\/([^/]+)\/status$/.exec(url.pathname)?.[1];
    const { offset, limit } = Object.fromEntries(url.searchParams);
    const body = jobId === undefined ? null : answerFor(jobId, Number(offset ?? 0), Number(limit ?? 100_000));
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body ?? '{"errorCode":"GES.8803","errorMessage":"not here"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const graph = {
    PATH: process.env.PATH,
    GES_ENDPOINT: `http://127.0.0.1:${server.address().port}`,
    GES_PROJECT_ID: 'p1',
    GES_GRAPH: 'g',
    GES_TOKEN: 'token',
  };
  return {
    /** What the command says on both outputs; any exit code but 0 is an error. */
    async run(...args) {
      const child = spawn(process.execPath, [COMMAND, ...args], {
        env: { ...graph, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      if (code !== 0) throw new Error(`ges-export ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
      return { stdout, stderr };
    },
    close: () => server.close(),
  };
}
