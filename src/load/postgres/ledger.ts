import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../../errors.js';
import { LOADS_TABLE } from '../ledger-names.js';
import { quoteName, quoteText } from '../sql-names.js';
import type { PostgresSession } from './session.js';

/** Files that stand in a staging table already: one row each, written in the transaction that copied it. */
const STAGED_TABLE = 'ges_export_staged_files';

export interface LedgerNames {
  readonly loads: string;
  readonly staged: string;
}

/** Makes the two tables of the ledger in a schema, once. */
export async function openLedger(session: PostgresSession, schema: string): Promise<LedgerNames> {
  const names = {
    loads: `${quoteName(schema)}.${quoteName(LOADS_TABLE)}`,
    staged: `${quoteName(schema)}.${quoteName(STAGED_TABLE)}`,
  };
  const both = await session.query(
    'look for the ledger',
    `SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = ${quoteText(schema)}
      AND tablename IN (${quoteText(LOADS_TABLE)}, ${quoteText(STAGED_TABLE)})`,
  );
  if (both.rows.length === 2) return names;
  await session.transaction('make the ledger', async () => {
    await lockFor(session, 'pg_try_advisory_xact_lock', `ledger ${schema}`, 'The ledger');
    if (!(await exists(session, schema, LOADS_TABLE))) {
      await session.query(
        'make the ledger',
        `CREATE TABLE ${names.loads} (table_name text NOT NULL, load_id text NOT NULL, job_id text NOT NULL,
          mode text NOT NULL, row_count bigint NOT NULL, loaded_at timestamp with time zone NOT NULL)`,
      );
    }
    if (!(await exists(session, schema, STAGED_TABLE))) {
      await session.query(
        'make the ledger',
        `CREATE TABLE ${names.staged} (table_name text NOT NULL, load_id text NOT NULL, staging text NOT NULL,
          path text NOT NULL, row_count bigint NOT NULL)`,
      );
    }
  });
  return names;
}

export async function exists(session: PostgresSession, schema: string, table: string): Promise<boolean> {
  const found = await session.query(
    `look for the table "${table}"`,
    `SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = ${quoteText(schema)} AND tablename = ${quoteText(table)}`,
  );
  return found.rows.length > 0;
}

/** How long a load waits for the server to notice that an earlier one was killed. */
const LOCK_WAIT_MS = 15_000;
const LOCK_POLL_MS = 100;

/**
 * Takes an advisory lock, which the server gives back when the session (or the transaction) ends.
 *
 * @throws LoadError `LOAD_BUSY`
 */
export async function lockFor(
  session: PostgresSession,
  take: 'pg_try_advisory_lock' | 'pg_try_advisory_xact_lock',
  what: string,
  shown: string,
): Promise<void> {
  const key = createHash('sha256').update(`ges-export ${what}`).digest().readBigInt64BE();
  const until = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    const { rows } = await session.query('take the lock', `SELECT ${take}(${key}) AS taken`);
    if (rows[0]?.['taken'] === true) return;
    if (Date.now() > until) throw new LoadError('LOAD_BUSY', `${shown} is being loaded by another process`);
    await sleep(LOCK_POLL_MS);
  }
}
