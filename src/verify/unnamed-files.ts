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
  const named = new Set<string>();
  const folders = new Set<string>();
  for (const file of tables.flatMap((table) => table.files)) {
    named.add(file.path);
    // A partition is a name in the folder above: one that no file is of would be read too.
    let path = file.path;
    for (let level = file.partition?.length ?? 0; level >= 0; level--) {
      path = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      folders.add(path);
      if (level > 0) named.add(path);
    }
  }
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

async function namesIn(listNames: ListNames, folder: string): Promise<readonly string[]> {
  // Such a path is no folder of a table; that the manifest names it is told where its files are checked.
  if (folder.split('/').some((name) => name === '' || /^\.{1,2}$|[\\\0]/.test(name))) return [];
  return looking(listNames(folder));
}
