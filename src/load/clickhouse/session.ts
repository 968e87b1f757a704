import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { hideInError } from '../../secret-text.js';
import type { ClickhouseConnection } from '../load-model.js';
import { optionalPackage } from '../optional-package.js';
import { toClickhouseError } from './failure.js';

/** A statement may wait for merges of a large table. */
const REQUEST_TIMEOUT_MS = 3_600_000;

/** The HTTP interface of one server. Its failures come out as errors of ours that say what was being done. */
export class ClickhouseSession {
  readonly #client: ClickHouseClient;

  private constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** @throws LoadError `LOAD_CLIENT_MISSING`, `LOAD_CONNECTION`, `LOAD_REFUSED` */
  static async open(connection: ClickhouseConnection): Promise<ClickhouseSession> {
    const api = await optionalPackage(() => import('@clickhouse/client'), '@clickhouse/client');
    const session = new ClickhouseSession(
      api.createClient({
        url: connection.url,
        username: connection.user,
        password: connection.password,
        database: connection.database,
        application: 'ges-export',
        request_timeout: REQUEST_TIMEOUT_MS,
        // Failures are told once, by whoever catches them.
        log: { level: api.ClickHouseLogLevel.OFF },
      }),
    );
    try {
      await session.rows('connect', 'SELECT 1');
    } catch (error) {
      throw hideInError(error, [connection.password]);
    }
    return session;
  }

  /** Integers of 64 bits come as text. */
  async rows(action: string, query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      const answer = await this.#client.query({
        query,
        format: 'JSON',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
      });
      const { data } = await answer.json<Readonly<Record<string, unknown>>>();
      return data;
    } catch (error) {
      throw toClickhouseError(error, action);
    }
  }

  async command(action: string, query: string): Promise<void> {
    try {
      await this.#client.command({ query });
    } catch (error) {
      throw toClickhouseError(error, action);
    }
  }

  /** Runs `INSERT … FORMAT …` with a stream as its data. */
  async insert(action: string, query: string, values: Readable, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.#client.exec({ query, values, abort_signal: signal });
      for await (const _chunk of answer.stream);
    } catch (error) {
      signal.throwIfAborted();
      throw toClickhouseError(error, action);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
