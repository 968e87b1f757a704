/** Where a place that gathers exports in tables keeps the documents of each of them. */
export const EXPORTS_FOLDER = '_exports';

/** Half a SHA-256: an export of such a place is known by it. */
const EXPORT_ID = /^[0-9a-f]{32}$/;

/** From the documents of such an export to where the paths of its parts begin. */
export const PARTS_ROOT = '../..';

/** The folder of an export's documents, relative to a place that gathers exports in tables. */
export function documentsFolder(exportId: string): string {
  return `${EXPORTS_FOLDER}/${exportId}`;
}

/**
 * The export whose documents lie in a folder, and the place that gathers it with others.
 *
 * @param path absolute, or a prefix of a store; `/` between names, none at the end
 * @returns null for the folder of an export that stands alone
 */
export function gatheredExport(path: string): { readonly root: string; readonly exportId: string } | null {
  const names = path.split('/');
  const [exports, exportId = ''] = names.slice(-2);
  if (exports !== EXPORTS_FOLDER || !EXPORT_ID.test(exportId)) return null;
  return { root: names.slice(0, -2).join('/'), exportId };
}

/**
 * Whether a folder can be one of an export's tables. What documents say may be damaged: nothing outside the place,
 * and nothing of another export in it, is ever named.
 *
 * @param exportId of an export that is gathered with others; null for one that stands alone
 */
export function isTableFolder(folder: string, exportId: string | null): boolean {
  const [table = '', id = null, ...below] = folder.split('/');
  if (id !== exportId || below.length > 0 || table === '..' || /\\/.test(table)) return false;
  return exportId === null || !['', '.', EXPORTS_FOLDER].includes(table);
}
