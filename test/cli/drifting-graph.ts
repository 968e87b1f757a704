import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const TOTAL = 5000;
/** The one record whose value is a text; samples are taken around multiples of about 327. */
export const ODD_OFFSET = 4500;

function record(offset: number): Record<string, unknown> {
  return { [`v${offset}`]: offset === ODD_OFFSET ? 'n/a' : offset / 8 };
}

/** A graph whose job has numbers almost everywhere. */
export async function openDriftingGraph(): Promise<Record<string, string>> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const offset = Number(searchParams.get('offset'));
    const count = Math.max(0, Math.min(Number(searchParams.get('limit')), TOTAL - offset));
    const records = Array.from({ length: count }, (_, index) => record(offset + index));
    const sizes = { data_offset: offset, data_return_size: count, data_total_size: TOTAL };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ data: { outputs: { hubs: records, ...sizes } }, status: 'success' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    GES_ENDPOINT: `http://127.0.0.1:${port}`,
    GES_PROJECT_ID: 'p1',
    GES_GRAPH: 'drift',
    GES_TOKEN: 'any',
  };
}
