import { STAGING_PREFIX, shortHash } from '../ledger-names.js';
import type { LoadSetting, LoadTable } from '../load-model.js';
import { quoteName } from '../sql-names.js';
import { postgresColumns } from './column-types.js';
import { copyPart } from './copy-part.js';
import { exists, type LedgerNames } from './ledger.js';
import type { PostgresSession } from './session.js';

/**
 * Brings the files of a table into its staging table, one transaction a file with its row in the ledger, so that a
 * load that was killed goes on with the next file.
 *
 * @returns the quoted name of the staging table
 */
export async function stageTable(
  session: PostgresSession,
  schema: string,
  ledger: LedgerNames,
  table: LoadTable,
  setting: LoadSetting,
): Promise<string> {
  const staging = `${STAGING_PREFIX}${shortHash(schema, table.name, table.loadId)}`;
  const into = `${quoteName(schema)}.${quoteName(staging)}`;
  const staged = await openStaging(session, schema, ledger, table, staging, into);
  for (const part of table.parts) {
    if (staged.has(part.file.path)) continue;
    const { path, rows } = part.file;
    await session.transaction(`load "${path}"`, async () => {
      await copyPart(session, into, table, part, setting.signal);
      await session.query(
        `record "${path}"`,
        `INSERT INTO ${ledger.staged} (table_name, load_id, staging, path, row_count) VALUES ($1, $2, $3, $4, $5)`,
        [table.name, table.loadId, staging, path, rows],
      );
    });
    setting.onEvent({ type: 'load-file', table: table.name, path, rows });
  }
  return into;
}

/** Makes the staging table, or finds it with the files that it has; drops what killed loads of other exports left. */
async function openStaging(
  session: PostgresSession,
  schema: string,
  ledger: LedgerNames,
  table: LoadTable,
  staging: string,
  into: string,
): Promise<ReadonlySet<string>> {
  const action = `make the staging table ${into}`;
  return session.transaction(action, async () => {
    const { rows } = await session.query(
      action,
      `SELECT staging, path FROM ${ledger.staged} WHERE table_name = $1`,
      [table.name],
    );
    const others = new Set(rows.map((row) => String(row['staging'])).filter((name) => name !== staging));
    for (const other of others)
      await session.query(action, `DROP TABLE IF EXISTS ${quoteName(schema)}.${quoteName(other)}`);
    await session.query(action, `DELETE FROM ${ledger.staged} WHERE table_name = $1 AND staging <> $2`, [
      table.name,
      staging,
    ]);
    if (await exists(session, schema, staging))
      return new Set(rows.filter((row) => row['staging'] === staging).map((row) => String(row['path'])));
    await session.query(action, `DELETE FROM ${ledger.staged} WHERE staging = $1`, [staging]);
    await session.query(action, `CREATE TABLE ${into} (${postgresColumns(table.columns)})`);
    // The row without a path tells the next load of the staging table, whatever that one is going to load.
    await session.query(
      action,
      `INSERT INTO ${ledger.staged} (table_name, load_id, staging, path, row_count) VALUES ($1, $2, $3, '', 0)`,
      [table.name, table.loadId, staging],
    );
    return new Set<string>();
  });
}
