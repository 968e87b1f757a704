import type { Writable } from 'node:stream';
import type { Client, ClientConfig, QueryResult } from 'pg';
import type { from as copyFrom } from 'pg-copy-streams';
import { LoadError } from '../../errors.js';
import { hideInError } from '../../secret-text.js';
import { optionalPackage } from '../optional-package.js';
import { toPostgresError } from './failure.js';

const VERSION_QUERY = `SELECT current_setting('server_version_num') AS number, version() LIKE '%Gauss%' AS is_gauss`;

/** One connection. Its failures come out as errors of ours that say what was being done. */
export class PostgresSession {
  readonly #client: Client;
  readonly #copyFrom: typeof copyFrom;
  /** Whether `COPY` knows the option FREEZE, as PostgreSQL does since 9.3. */
  readonly canFreeze: boolean;

  private constructor(client: Client, copy: typeof copyFrom, canFreeze: boolean) {
    this.#client = client;
    this.#copyFrom = copy;
    this.canFreeze = canFreeze;
  }

  /**
   * What `connection` leaves out comes from libpq's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE,
   * PGSSLMODE, and from the password file.
   *
   * @throws LoadError `LOAD_CLIENT_MISSING`, `LOAD_CONNECTION`, `LOAD_REFUSED`
   */
  static async open(connection: ClientConfig): Promise<PostgresSession> {
    const install = 'pg pg-copy-streams';
    const { default: pg } = await optionalPackage(() => import('pg'), install);
    const copyStreams = await optionalPackage(() => import('pg-copy-streams'), install);
    const client = new pg.Client({ application_name: 'ges-export', keepAlive: true, ...connection });
    // Without a listener a connection that breaks between two queries ends the process; the next query says it.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      throw hideInError(connectError(error), secretsOf(client));
    }
    const session = new PostgresSession(client, copyStreams.from, false);
    const { rows } = await session.query('ask for its version', VERSION_QUERY);
    const canFreeze = rows[0]?.['is_gauss'] === false && Number(rows[0]?.['number']) >= 90300;
    return new PostgresSession(client, copyStreams.from, canFreeze);
  }

  async query(
    action: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Readonly<Record<string, unknown>>>> {
    try {
      return await this.#client.query(sql, [...values]);
    } catch (error) {
      throw toPostgresError(error, action);
    }
  }

  /** The stream that takes the data of `COPY … FROM STDIN`; `rowCount` is set when it has finished. */
  copy(sql: string): Writable & { readonly rowCount: number } {
    return this.#client.query(this.#copyFrom(sql, { highWaterMark: 1 << 20 }));
  }

  /** Runs `work` in one transaction: all of it or nothing. */
  async transaction<T>(action: string, work: () => Promise<T>): Promise<T> {
    await this.query(action, 'BEGIN');
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // A connection that is gone has rolled back by itself; the first error is the one to tell.
      await this.#client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    await this.query(action, 'COMMIT');
    return result;
  }

  secrets(): Iterable<string> {
    return secretsOf(this.#client);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

/** The password, from wherever pg took it: an option, PGPASSWORD or the password file. */
function secretsOf({ password }: Client): readonly string[] {
  return typeof password === 'string' ? [password] : [];
}

/** pg reports a wrong password and the like with a SQLSTATE, and an unusable setting with a plain error. */
function connectError(error: unknown): unknown {
  // Several addresses refused (a name with IPv4 and IPv6): the first one stands for all.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  if (first instanceof Error && /password|SASL|SCRAM/i.test(first.message) && !('code' in first)) {
    return new LoadError('LOAD_REFUSED', `PostgreSQL: cannot connect: ${first.message}`, { cause: error });
  }
  return toPostgresError(first, 'connect');
}
