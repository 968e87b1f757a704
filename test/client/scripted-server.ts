import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Answers by hand, for what no honest server does. */
  readonly act?: (response: ServerResponse) => void;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

export type Script = (request: SeenRequest, index: number) => Reply;

/** An HTTP server on 127.0.0.1 that lives for one test and answers as the script says. */
export async function serve(script: Script) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const entry = { method: request.method ?? '', url, headers: request.headers };
    const { status = 200, headers = {}, body = '', act } = script(entry, seen.push(entry) - 1);
    if (act === undefined) response.writeHead(status, headers).end(body);
    else act(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, seen };
}

/** Replies in turn; the last one stays. */
export function inTurn(...replies: readonly Reply[]): Script {
  return (_, index) => replies[Math.min(index, replies.length - 1)] ?? {};
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** A finished job of one record. */
export const DONE = json({
  data: { outputs: { pagerank: [{ '46': 0.5 }], data_return_size: 1, data_offset: 0, data_total_size: 1 } },
  status: 'success',
});
