import { createGesClient, type GesClient } from './client/ges-client.js';
import { DEFAULT_RETRY_POLICY, type RetryEvent } from './client/retry.js';
import { createTokenSource } from './client/token.js';
import type { ResolvedConnection } from './config/options.js';
import { BufferPool } from './decode/reference/buffer-pool.js';
import { decodeBody } from './decode/reference/decode-body.js';

/** Longer answers are refused: 100000 records of 10 KB each. */
const MAX_ANSWER_BYTES = 1_000_000_000;

/** A client that decodes with the reference engine. `close()` it when done. */
export function connect(
  connection: ResolvedConnection,
  connections: number,
  onRetry?: (event: RetryEvent) => void,
): GesClient {
  const pool = new BufferPool();
  return createGesClient({
    ...connection,
    token: createTokenSource(connection),
    connections,
    connectTimeoutMs: 10_000,
    headersTimeoutMs: 120_000,
    bodyTimeoutMs: 60_000,
    retry: { ...DEFAULT_RETRY_POLICY, maxAttempts: connection.maxAttempts },
    decode: (body) => decodeBody(body, MAX_ANSWER_BYTES, pool),
    onRetry,
  });
}
