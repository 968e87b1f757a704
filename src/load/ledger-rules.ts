import { LoadError } from '../errors.js';
import type { LoadMode, LoadTable } from './load-model.js';

/** What the ledger and the table say before a load. */
export interface LoadedBefore {
  /** Load IDs that the table holds by its ledger, the newest last. */
  readonly loads: readonly string[];
  /** Counts the rows in the table, which takes a while in a large one. */
  readonly countRows: () => Promise<number>;
}

/**
 * Whether a table holds these rows already. By `replace`: this export alone and every row of it; by the other modes:
 * this export among others.
 *
 * @param name the table as a message shows it
 * @throws LoadError `LOAD_MISMATCH` when the ledger speaks of rows that are gone
 */
export async function isLoaded(
  mode: LoadMode,
  table: LoadTable,
  name: string,
  { loads, countRows }: LoadedBefore,
): Promise<boolean> {
  if (!loads.includes(table.loadId) || (mode === 'replace' && loads.length > 1)) return false;
  const rows = await countRows();
  if (mode === 'replace') return rows === table.rows;
  // By `upsert` another export may have replaced rows of this one, but it took none away.
  if (rows >= table.rows) return true;
  throw new LoadError(
    'LOAD_MISMATCH',
    `The table ${name} has ${rows} rows, fewer than the ${table.rows} that were loaded from this export: it was changed since`,
  );
}

/** @throws LoadError `LOAD_MISMATCH` */
export function checkCount(what: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new LoadError('LOAD_MISMATCH', `${what} has ${actual} rows of the export, not ${expected}`);
}
