import type { ExportedTable } from '../model.js';
import type { Disagreement } from './disagreement.js';
import { looking } from './open-file.js';

/** The names directly in a folder of the export; none where there is no such folder. */
type ListNames = (folder: string) => Promise<readonly string[]>;

/** Whatever else lies in the folders of the tables: a reader that takes the whole folder would take it too. */
export async function findUnnamed(
  listNames: ListNames,
  tables: readonly ExportedTable[],
): Promise<Disagreement[]> {
  const named = new Set(tables.flatMap((table) => table.files.map((file) => file.path)));
  const folders = new Set([...named].map((path) => path.slice(0, path.lastIndexOf('/'))));
  const found: Disagreement[] = [];
  for (const folder of [...folders].sort()) {
    for (const name of [...(await namesIn(listNames, folder))].sort()) {
      const path = `${folder}/${name}`;
      if (!named.has(path))
        found.push({
          kind: 'unnamed',
          path,
          message: `${JSON.stringify(path)} is not named in the manifest`,
        });
    }
  }
  return found;
}

/** The folder of a table, and of one export in it where several are gathered. */
const FOLDER = /^(?!\.{1,2}(?:\/|$))[^/\\\0]+(?:\/[0-9a-f]{32})?$/;

async function namesIn(listNames: ListNames, folder: string): Promise<readonly string[]> {
  // Such a path is no folder of a table; that the manifest names it is told where its files are checked.
  if (!FOLDER.test(folder)) return [];
  return looking(listNames(folder));
}
