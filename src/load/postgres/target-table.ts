import { checkShape, shapeError } from '../describe-shape.js';
import type { LoadTable } from '../load-model.js';
import { quoteName } from '../sql-names.js';
import { POSTGRES_TYPES } from './column-types.js';
import type { PostgresSession } from './session.js';

/** The table that is loaded, as it stands before. */
export interface TargetTable {
  readonly table: LoadTable;
  /** The quoted name, schema included. */
  readonly name: string;
  readonly exists: boolean;
  /**
   * Whether a new table can take its place unnoticed: no index, constraint, default, trigger, grant, view or
   * distribution of the user's would be lost with it.
   */
  readonly isBare: boolean;
}

/** @throws LoadError `LOAD_SHAPE` when there is a table, or something else of that name, that cannot take the rows */
export async function describeTarget(
  session: PostgresSession,
  schema: string,
  table: LoadTable,
): Promise<TargetTable> {
  const name = `${quoteName(schema)}.${quoteName(table.name)}`;
  const action = `look at the table ${name}`;
  const { rows } = await session.query(
    action,
    `SELECT c.oid::text AS oid, c.relkind::text AS kind,
        c.relacl IS NULL AND NOT c.relhasindex AND NOT c.relhastriggers AND NOT c.relhasrules
        AND c.relchecks = 0 AND c.reloptions IS NULL
        AND pg_catalog.pg_get_userbyid(c.relowner) = current_user
        AND pg_catalog.version() NOT LIKE '%Gauss%'
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_description d WHERE d.objoid = c.oid)
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid AND d.deptype <> 'i'
          AND d.objid NOT IN (SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.contype = 'n'))
        AS bare
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, table.name],
  );
  const found = rows[0];
  if (found === undefined) return { table, name, exists: false, isBare: true };
  if (found['kind'] !== 'r' && found['kind'] !== 'p') throw shapeError(name, 'it is not a table');
  const columns = await session.query(
    action,
    `SELECT attname AS name, pg_catalog.format_type(atttypid, atttypmod) AS type, attnotnull AS required
      FROM pg_catalog.pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [found['oid']],
  );
  const wanted = table.columns.map((column) => ({ name: column.name, type: POSTGRES_TYPES[column.type] }));
  checkShape(
    name,
    wanted,
    columns.rows.map((row) => ({ name: String(row['name']), type: String(row['type']) })),
  );
  const isSameDefinition = table.columns.every((column, index) => {
    const row = columns.rows[index];
    return row?.['name'] === column.name && row['required'] === !column.nullable;
  });
  return { table, name, exists: true, isBare: found['bare'] === true && isSameDefinition };
}
