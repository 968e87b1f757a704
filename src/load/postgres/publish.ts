import { checkCount } from '../ledger-rules.js';
import type { LoadSetting } from '../load-model.js';
import { quoteName } from '../sql-names.js';
import { checkKey, deleteReplaced } from '../upsert-key.js';
import type { LedgerNames } from './ledger.js';
import type { PostgresSession } from './session.js';
import type { Staging } from './staging.js';
import type { TargetTable } from './target-table.js';

/**
 * Brings staged rows into their table, in the transaction that is open: by name where the staging table can take
 * its place, else row by row. Counts them there, records the load and removes the staging table.
 *
 * @throws LoadError `LOAD_MISMATCH`, `LOAD_REFUSED`
 */
export async function publish(
  session: PostgresSession,
  ledger: LedgerNames,
  target: TargetTable,
  { name: staging, rows: copied }: Staging,
  setting: LoadSetting,
): Promise<void> {
  const { table, name } = target;
  const action = `fill the table ${name}`;
  const isSwap = !target.exists || (setting.mode === 'replace' && target.isBare);
  const key = setting.key.map(quoteName);
  const stagedRows = copied ?? (await count(session, action, staging));
  checkCount(`The staging table of ${name}`, stagedRows, table.rows);
  if (setting.mode === 'upsert') {
    await checkKey(name, staging, key, async (sql) => {
      const { rows } = await session.query(`check the key of ${name}`, sql);
      return rows.length > 0;
    });
  }
  if (isSwap) {
    if (target.exists) await session.query(action, `DROP TABLE ${name}`);
    await session.query(action, `ALTER TABLE ${staging} RENAME TO ${quoteName(table.name)}`);
  } else {
    await session.query(action, `LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`);
    if (setting.mode === 'replace') await session.query(action, `TRUNCATE TABLE ${name}`);
    if (setting.mode === 'upsert') await session.query(action, deleteReplaced(name, staging, key));
    const before = await count(session, action, name);
    const columns = table.columns.map((column) => quoteName(column.name)).join(', ');
    await session.query(action, `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${staging}`);
    checkCount(`The table ${name}`, (await count(session, action, name)) - before, table.rows);
    await session.query(action, `DROP TABLE ${staging}`);
  }
  await session.query(action, `DELETE FROM ${ledger.staged} WHERE table_name = $1`, [table.name]);
  const isAlone = setting.mode === 'replace' || !target.exists;
  if (isAlone) await session.query(action, `DELETE FROM ${ledger.loads} WHERE table_name = $1`, [table.name]);
  await session.query(
    action,
    `INSERT INTO ${ledger.loads} (table_name, load_id, job_id, mode, row_count, loaded_at)
      VALUES ($1, $2, $3, $4, $5, now())`,
    [table.name, table.loadId, table.jobId, setting.mode, table.rows],
  );
}

export async function count(session: PostgresSession, action: string, name: string): Promise<number> {
  const { rows } = await session.query(action, `SELECT count(*)::text AS count FROM ${name}`);
  return Number(rows[0]?.['count']);
}
