import type { ClientConfig } from 'pg';
import { LoadError } from '../../errors.js';
import { isLoaded } from '../ledger-rules.js';
import type { Loader, LoadOutcome, LoadSetting, LoadTable } from '../load-model.js';
import { type LedgerNames, lockFor, openLedger } from './ledger.js';
import { count, publish } from './publish.js';
import { PostgresSession } from './session.js';
import { type Staging, stageTable } from './staging.js';
import { describeTarget, type TargetTable } from './target-table.js';

/**
 * PostgreSQL, and GaussDB(DWS), which speaks its protocol and the part of its SQL that is used here. All tables of an
 * export are published in one transaction.
 *
 * @throws LoadError `LOAD_CLIENT_MISSING`, `LOAD_CONNECTION`, `LOAD_REFUSED`
 */
export async function openPostgres(connection: ClientConfig): Promise<Loader> {
  const session = await PostgresSession.open(connection);
  return {
    load: (tables, setting) => loadTables(session, tables, setting),
    secrets: () => session.secrets(),
    close: () => session.close(),
  };
}

async function loadTables(
  session: PostgresSession,
  tables: readonly LoadTable[],
  setting: LoadSetting,
): Promise<readonly LoadOutcome[]> {
  const schema = await findSchema(session, setting.schema);
  const ledger = await openLedger(session, schema);
  for (const table of tables)
    await lockFor(session, 'pg_try_advisory_lock', `${schema} ${table.name}`, `The table "${table.name}"`);
  const targets: TargetTable[] = [];
  for (const table of tables) targets.push(await describeTarget(session, schema, table));

  const outcomes: LoadOutcome[] = [];
  const staged: { target: TargetTable; staging: Staging }[] = [];
  for (const target of targets) {
    if (await isLoadedBefore(session, ledger, target, setting)) {
      outcomes.push('already-loaded');
      continue;
    }
    outcomes.push('loaded');
    const { name, rows, parts } = target.table;
    setting.onEvent({ type: 'load-started', table: name, rows, files: parts.length });
    staged.push({ target, staging: await stageTable(session, schema, ledger, target.table, setting) });
  }
  await session.transaction('publish the rows', async () => {
    for (const { target, staging } of staged) await publish(session, ledger, target, staging, setting);
  });
  return outcomes;
}

async function findSchema(session: PostgresSession, wanted: string | null): Promise<string> {
  if (wanted === null) {
    const { rows } = await session.query('find the schema', 'SELECT current_schema()::text AS name');
    const name = rows[0]?.['name'];
    if (typeof name === 'string') return name;
    throw new LoadError('LOAD_REFUSED', 'PostgreSQL has no current schema: give --schema');
  }
  const { rows } = await session.query(
    'find the schema',
    'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1',
    [wanted],
  );
  if (rows.length > 0) return wanted;
  throw new LoadError('LOAD_REFUSED', `PostgreSQL has no schema "${wanted}"`);
}

async function isLoadedBefore(
  session: PostgresSession,
  ledger: LedgerNames,
  { exists, table, name }: TargetTable,
  setting: LoadSetting,
): Promise<boolean> {
  if (!exists) return false;
  const action = `look at the ledger of ${name}`;
  const { rows } = await session.query(
    action,
    `SELECT load_id FROM ${ledger.loads} WHERE table_name = $1 ORDER BY loaded_at`,
    [table.name],
  );
  const loads = rows.map((row) => String(row['load_id']));
  return isLoaded(setting.mode, table, name, { loads, countRows: () => count(session, action, name) });
}
