import { LoadError } from '../errors.js';

/**
 * A row that has no key, or shares it with another, would be lost without a word.
 *
 * @param find whether a query finds a row
 * @throws LoadError `LOAD_REFUSED`
 */
export async function checkKey(
  name: string,
  staging: string,
  key: readonly string[],
  find: (sql: string) => Promise<boolean>,
): Promise<void> {
  const columns = key.join(', ');
  const isNull = key.map((column) => `${column} IS NULL`).join(' OR ');
  if (await find(`SELECT 1 FROM ${staging} WHERE ${isNull} LIMIT 1`)) throw nullKey(name, columns);
  if (await find(`SELECT 1 FROM ${staging} GROUP BY ${columns} HAVING count(*) > 1 LIMIT 1`))
    throw repeatedKey(name, columns);
}

/** `DELETE` of the rows that the staged ones replace. */
export function deleteReplaced(name: string, staging: string, key: readonly string[]): string {
  const same = key.map((column) => `old.${column} = new.${column}`).join(' AND ');
  return `DELETE FROM ${name} AS old USING ${staging} AS new WHERE ${same}`;
}

export function nullKey(name: string, columns: string): LoadError {
  return new LoadError('LOAD_REFUSED', `The key ${columns} of ${name} is null in some rows of the export`);
}

export function repeatedKey(name: string, columns: string): LoadError {
  return new LoadError('LOAD_REFUSED', `The key ${columns} of ${name} is not unique in the export`);
}
