import { createHash } from 'node:crypto';

/** Which export each table was loaded from: one row a load. */
export const LOADS_TABLE = 'ges_export_loads';

/** Begins the name of every table that holds rows before they are published. */
export const STAGING_PREFIX = 'ges_export_staging_';

/** Enough hex digits that two tables never meet, and few enough for the 63 bytes of a PostgreSQL name. */
export function shortHash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
