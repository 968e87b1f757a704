import { type FileMetaData, parquetReadObjects, parquetSchema, type SchemaTree } from 'hyparquet';
import type { StoredFile } from '../model.js';
import { PAGE_UNPACKERS } from '../page-codecs.js';
import { checkForeignChunk, type Levels, MAX_ENTRIES } from './foreign-chunk.js';
import { toAsyncBuffer } from './parquet-file.js';
import { readFooter } from './parquet-footer.js';
import { FileProblem } from './row-batch.js';

/** More than a checkpoint of a table with millions of files has in one file. */
const MAX_ROWS = 1 << 26;

/**
 * Reads some columns of a Parquet file that another program wrote, as one object a row; structs are objects, what is not
 * there is null. Rows in which all of them are null are left out. Nothing in the file is believed before it is compared
 * with the bytes that are there.
 *
 * @throws FileProblem, Error where it cannot be read
 */
export async function readForeignParquet(
  stored: StoredFile,
  columns: readonly string[],
): Promise<Readonly<Record<string, unknown>>[]> {
  const file = toAsyncBuffer(stored);
  const metadata = await readFooter(file);
  const kept: Readonly<Record<string, unknown>>[] = [];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (!(rowEnd >= rowStart && rowEnd - rowStart <= MAX_ENTRIES && rowEnd <= MAX_ROWS))
      throw new FileProblem(`declares ${group.num_rows} rows in a row group`);
    for (const chunk of group.columns) {
      const path = chunk.meta_data?.path_in_schema ?? [];
      if (columns.includes(path[0] ?? '')) await checkForeignChunk(stored, chunk, levelsOf(metadata, path));
    }
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: [...columns],
      rowStart,
      rowEnd,
      compressors: PAGE_UNPACKERS,
    });
    for (const row of rows)
      if (Object.values(row).some((value) => value !== null && value !== undefined)) kept.push(row);
    rowStart = rowEnd;
  }
  return kept;
}

function levelsOf(metadata: FileMetaData, path: readonly string[]): Levels {
  let node: SchemaTree | undefined = parquetSchema(metadata);
  let [repetition, definition] = [0, 0];
  for (const name of path) {
    node = node?.children.find(({ element }) => element.name === name);
    const kind = node?.element.repetition_type;
    if (kind === 'REPEATED') repetition++;
    if (kind !== 'REQUIRED') definition++;
  }
  if (node === undefined || node.children.length > 0)
    throw new FileProblem(`column ${JSON.stringify(path.join('.'))} is not in the schema`);
  return { repetition, definition };
}
