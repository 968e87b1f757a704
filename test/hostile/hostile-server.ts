import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Answer = (request: IncomingMessage, response: ServerResponse, asked: Asked) => void;

/** The window of a request; NaN in a request without one. */
interface Asked {
  readonly offset: number;
  readonly limit: number;
}

/** A server on 127.0.0.1 for one test, and what the command needs to reach it. */
export async function serveHostile(answer: Answer) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.on('error', () => {});
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    answer(request, response, {
      offset: Number(searchParams.get('offset') ?? Number.NaN),
      limit: Number(searchParams.get('limit') ?? Number.NaN),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const env = {
    GES_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GES_PROJECT_ID: 'p1',
    GES_GRAPH: 'g',
    GES_TOKEN: 'secret-token-7731',
  };
  return { env, seen };
}

/** A finished job whose one list holds these records, each the JSON text of one; they are served in pages. */
export function servingRecords(list: string, records: readonly string[], beside = ''): Answer {
  return (request, response, { offset, limit }) => {
    if (request.url?.endsWith('/schema') === true) {
      response.writeHead(400).end('{"errorCode":"GES.8402","errorMessage":"no schema"}');
      return;
    }
    const page = records.slice(offset, offset + limit);
    const sizes = `"data_offset":${offset},"data_return_size":${page.length},"data_total_size":${records.length}`;
    response.end(
      `{"data":{"outputs":{${beside}${JSON.stringify(list)}:[${page.join(',')}],${sizes}}},"status":"success"}`,
    );
  };
}

/** Every path below a folder, with `/`. */
export async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.map((path) => path.split('\\').join('/')).sort();
}
