import { VerifyError } from '../errors.js';
import type { ExportedTable, PartFile } from '../model.js';
import { partitionPath } from '../partition.js';
import type { Disagreement } from './disagreement.js';
import { type ReadContent, readContent } from './file-content.js';
import { looking, type OpenFile } from './open-file.js';

export interface FilesReport {
  /** Rows and bytes of the files that are as recorded. */
  readonly rows: number;
  readonly bytes: number;
  readonly disagreements: readonly Disagreement[];
  /** Paths of the files whose bytes and rows are as recorded: only these are worth a closer look. */
  readonly sound: ReadonlySet<string>;
}

/**
 * Reads every file of an export again: size, SHA-256 and rows must be what is recorded, and the files of each
 * table must tile the records `[0, total)` without a gap or an overlap; those of a partition must not overlap. Goes on
 * after a disagreement.
 *
 * Of one file only the first difference is told: where the bytes are others, their rows are too.
 *
 * @param read what is in a file; by default the file is read here and now
 */
export async function checkFiles(
  openFile: OpenFile,
  total: number,
  tables: readonly ExportedTable[],
  read: ReadContent = readContent,
): Promise<FilesReport> {
  const disagreements: Disagreement[] = [];
  const sound = new Set<string>();
  let rows = 0;
  let bytes = 0;
  for (const table of tables) {
    disagreements.push(...checkTiling(table, total));
    for (const file of table.files) {
      const problem = sound.has(file.path)
        ? ({ kind: 'manifest', path: file.path, message: `"${file.path}" is named twice` } as const)
        : await checkFile(openFile, file, read);
      if (problem !== null) {
        disagreements.push(problem);
        continue;
      }
      sound.add(file.path);
      rows += file.rows;
      bytes += file.bytes;
    }
    const named = table.files.reduce((sum, file) => sum + file.rows, 0);
    if (named !== table.rows) {
      const message = `Table "${table.name}" has ${named} rows in its files, not ${table.rows}`;
      disagreements.push({ kind: 'rows', path: null, message });
    }
  }
  return { rows, bytes, disagreements, sound };
}

function checkTiling(table: ExportedTable, total: number): Disagreement[] {
  if (table.partitionBy !== undefined) return checkPartitions(table, table.partitionBy, total);
  const found: Disagreement[] = [];
  const add = (path: string | null, message: string) => found.push({ kind: 'tiling', path, message });
  let expected = 0;
  for (const { path, firstOffset, endOffset } of table.files) {
    if (firstOffset !== expected) add(path, `"${path}" begins at offset ${firstOffset}, not at ${expected}`);
    if (endOffset < firstOffset) add(path, `"${path}" ends at offset ${endOffset}, before it begins`);
    expected = endOffset;
  }
  if (expected !== total)
    add(null, `The files of table "${table.name}" end at offset ${expected}, not at ${total}`);
  return found;
}

/**
 * Every file is of a partition, in the folder that the partition names, and the files of one partition do not overlap.
 * A record may give no row of it, so gaps are no fault: what is missing shows in the sum of the rows.
 */
function checkPartitions(table: ExportedTable, columns: readonly string[], total: number): Disagreement[] {
  const found: Disagreement[] = [];
  const ends = new Map<string, number>();
  for (const file of table.files) {
    const { path, partition, firstOffset, endOffset } = file;
    const folders = path.split('/').slice(0, -1);
    const isThere =
      partition?.length === columns.length &&
      folders.slice(-columns.length).join('/') === partitionPath(columns, partition);
    if (!isThere) {
      const message = `"${path}" is not in the folder of the partition ${JSON.stringify(partition)}`;
      found.push({ kind: 'manifest', path, message });
      continue;
    }
    const expected = ends.get(JSON.stringify(partition)) ?? 0;
    if (firstOffset < expected || endOffset < firstOffset || endOffset > total) {
      const message = `"${path}" has the offsets from ${firstOffset} to ${endOffset}, not between ${expected} and ${total}`;
      found.push({ kind: 'tiling', path, message });
    }
    ends.set(JSON.stringify(partition), endOffset);
  }
  return found;
}

/** What an export names its files: folders, a part. A manifest that names anything else is not followed. */
const PART_PATH = /^(?:(?!\.{1,2}\/)[^/\\\0]+\/)+part-\d{5,}\.[a-z.]+$/;

async function checkFile(
  openFile: OpenFile,
  file: PartFile,
  read: ReadContent,
): Promise<Disagreement | null> {
  const { path } = file;
  const differs = (kind: Disagreement['kind'], message: string): Disagreement => ({ kind, path, message });
  if (!PART_PATH.test(path))
    return differs('manifest', `The manifest names ${JSON.stringify(path)}, which is no part file`);
  const found = await looking(openFile(path));
  if (found === null) return differs('missing', `"${path}" is missing`);
  if (!found.isFile) return differs('missing', `"${path}" is not a file but a link or a folder`);
  if (found.bytes !== file.bytes)
    return differs('size', `"${path}" has ${found.bytes} bytes, not ${file.bytes}`);
  const { sha256, rows } = await read(found);
  if (sha256 !== file.sha256)
    return differs('hash', `"${path}" has changed: its SHA-256 is not the recorded one`);
  if (rows instanceof VerifyError) return differs('rows', rows.message);
  return rows === file.rows ? null : differs('rows', `"${path}" has ${rows} rows, not ${file.rows}`);
}
