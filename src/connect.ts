import { createGesClient, type GesClient } from './client/ges-client.js';
import { DEFAULT_RETRY_POLICY, type RetryEvent } from './client/retry.js';
import type { ResolvedConnection } from './config/options.js';
import { createCredentials, networkOf } from './credentials.js';
import { BufferPool } from './decode/reference/buffer-pool.js';
import { decodeBody } from './decode/reference/decode-body.js';
import { isKeyedList } from './tables/known-keys.js';
import { isResultList } from './tables/plan-tables.js';

/** Longer answers are refused: 100000 records of 2.6 KB each. Several may be in memory at a time. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** What may be one object instead of a list: scores by their vertices (ges_03_0077), jobs by their IDs (ges_03_0204). */
function isMapList(name: string): boolean {
  return name === 'jobs' || isKeyedList(name);
}

/** A client that decodes with the reference engine. `close()` it when done. */
export function connect(
  connection: ResolvedConnection,
  connections: number,
  onRetry?: (event: RetryEvent) => void,
): GesClient {
  const pool = new BufferPool();
  const reaching = {
    connectTimeoutMs: 10_000,
    headersTimeoutMs: 120_000,
    bodyTimeoutMs: 60_000,
    requestTimeoutMs: connection.requestTimeout,
    retry: { ...DEFAULT_RETRY_POLICY, maxAttempts: connection.maxAttempts },
    onRetry,
  };
  const credentials = createCredentials(connection, reaching);
  const client = createGesClient({
    ...connection,
    ...reaching,
    credentials,
    network: networkOf(connection),
    connections,
    isBeside: (list) => !isResultList(list),
    decode: (body) => decodeBody(body, MAX_ANSWER_BYTES, pool, isMapList),
  });
  return {
    ...client,
    close: async () => {
      await client.close();
      await credentials.close();
    },
  };
}
