import { definitions } from '../column-definitions.js';
import { STAGING_PREFIX, shortHash } from '../ledger-names.js';
import type { LoadSetting, LoadTable } from '../load-model.js';
import { quoteName } from '../sql-names.js';
import { POSTGRES_TYPES } from './column-types.js';
import { copyPart } from './copy-part.js';
import { exists, type LedgerNames } from './ledger.js';
import type { PostgresSession } from './session.js';

/** A staging table that holds all files. */
export interface Staging {
  /** Quoted, with its schema. */
  readonly name: string;
  /** As PostgreSQL counted them on their way in; null where an earlier load brought some. */
  readonly rows: number | null;
}

/**
 * Brings the files of a table into its staging table, one transaction a file with its row in the ledger, so that a
 * load that was killed goes on with the next file. The first file comes with the table: then PostgreSQL can write its
 * rows as settled ones, which nobody has to touch again.
 *
 */
export async function stageTable(
  session: PostgresSession,
  schema: string,
  ledger: LedgerNames,
  table: LoadTable,
  setting: LoadSetting,
): Promise<Staging> {
  const staging = `${STAGING_PREFIX}${shortHash(schema, table.name, table.loadId)}`;
  const into = `${quoteName(schema)}.${quoteName(staging)}`;
  const staged = await findStaged(session, schema, ledger, table, staging);
  let isMade = staged !== null;
  let copied = 0;
  const make = async () => {
    // Of a ledger that was dropped by hand a table without a record may be left.
    const columns = definitions(table.columns, quoteName, POSTGRES_TYPES).join(', ');
    const sql = `DROP TABLE IF EXISTS ${into}; CREATE TABLE ${into} (${columns})`;
    await session.query(`make the staging table ${into}`, sql);
  };
  for (const part of table.parts) {
    if (staged?.has(part.file.path) === true) continue;
    const { path, rows } = part.file;
    await session.transaction(`load "${path}"`, async () => {
      const isNew = !isMade;
      if (isNew) await make();
      await copyPart(session, into, table, part, isNew, setting.signal);
      await session.query(
        `record "${path}"`,
        `INSERT INTO ${ledger.staged} (table_name, load_id, staging, path, row_count) VALUES ($1, $2, $3, $4, $5)`,
        [table.name, table.loadId, staging, path, rows],
      );
    });
    isMade = true;
    copied += rows;
    setting.onEvent({ type: 'load-file', table: table.name, path, rows });
  }
  if (!isMade) await make();
  return { name: into, rows: staged === null ? copied : null };
}

/**
 * The files in the staging table of this very load, which a killed one left; null where there is no such table. Drops
 * what killed loads of other exports left.
 */
async function findStaged(
  session: PostgresSession,
  schema: string,
  ledger: LedgerNames,
  table: LoadTable,
  staging: string,
): Promise<ReadonlySet<string> | null> {
  const action = `look for rows of "${table.name}" that were staged before`;
  const { rows } = await session.query(
    action,
    `SELECT staging, path FROM ${ledger.staged} WHERE table_name = $1`,
    [table.name],
  );
  if (rows.length === 0) return null;
  const isThere = await exists(session, schema, staging);
  const left = new Set(rows.map((row) => String(row['staging'])));
  if (isThere) left.delete(staging);
  await session.transaction(action, async () => {
    for (const name of left) {
      await session.query(action, `DROP TABLE IF EXISTS ${quoteName(schema)}.${quoteName(name)}`);
      await session.query(action, `DELETE FROM ${ledger.staged} WHERE staging = $1`, [name]);
    }
  });
  if (!isThere) return null;
  return new Set(rows.filter((row) => row['staging'] === staging).map((row) => String(row['path'])));
}
