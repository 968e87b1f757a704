import { onTestFinished } from 'vitest';
import { tokenCredentials } from '../../src/client/credentials.js';
import { createGesClient, type GesClientOptions } from '../../src/client/ges-client.js';
import type { RetryEvent } from '../../src/client/retry.js';
import { BufferPool } from '../../src/decode/reference/buffer-pool.js';
import { decodeBody } from '../../src/decode/reference/decode-body.js';
import { RequestError } from '../../src/errors.js';
import { type Script, serve } from './scripted-server.js';

/** Three attempts, a millisecond apart. */
export const QUICK_RETRIES = {
  maxAttempts: 3,
  minDelayMs: 1,
  factor: 1,
  maxDelayMs: 1,
  maxRetryAfterMs: 10,
};

const WINDOW = { offset: 20, limit: 10 };

/** A client of a scripted server, both closed at the end of the test. */
export async function openClient(script: Script, changes: Partial<GesClientOptions> = {}) {
  const { endpoint, seen } = await serve(script);
  const retries: RetryEvent[] = [];
  const pool = new BufferPool();
  const client = createGesClient({
    endpoint,
    projectId: 'p1',
    graph: 'movies',
    credentials: tokenCredentials(async () => 'secret-token'),
    connections: 2,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    requestTimeoutMs: 20_000,
    retry: QUICK_RETRIES,
    decode: (body) => decodeBody(body, 1e7, pool),
    onRetry: (event) => retries.push(event),
    ...changes,
  });
  onTestFinished(() => client.close());
  return { client, seen, retries, read: (signal?: AbortSignal) => client.readJob('j1', WINDOW, signal) };
}

/** The error that reading a page ends with, and how many requests it took. */
export async function failureOf(script: Script, changes: Partial<GesClientOptions> = {}) {
  const { read, seen, retries } = await openClient(script, changes);
  try {
    await read();
  } catch (error) {
    if (error instanceof RequestError) return { error, requests: seen.length, retries };
    throw error;
  }
  throw new Error('the page was read');
}
