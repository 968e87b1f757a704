import type { ColumnChunk, ColumnMetaData } from 'hyparquet';
import type { StoredFile } from '../model.js';
import { type ChunkPage, readChunkPages } from './chunk-pages.js';
import type { ChunkScan } from './chunk-scan.js';

/**
 * Looks at the pages of a column chunk, one after the other.
 *
 * @param rows of its row group
 * @param open null for a chunk that is not to be looked at
 * @param passes whether a page is right, as far as the caller wants to know
 * @returns what was found; null where a page does not pass, or there are not as many rows and entries as the footer says
 */
export async function scanChunk(
  file: StoredFile,
  chunk: ColumnChunk | undefined,
  rows: number,
  open: (facts: ColumnMetaData) => ChunkScan | null,
  passes: (scan: ChunkScan, page: ChunkPage) => boolean,
): Promise<ChunkScan | null> {
  const facts = chunk?.meta_data;
  const scan = facts === undefined ? null : open(facts);
  const pages = scan === null ? null : await readChunkPages(file, chunk);
  if (facts === undefined || scan === null || pages === null) return null;
  const entries = Number(facts.num_values);
  for (const page of pages) if (page === null || !passes(scan, page) || scan.entries > entries) return null;
  return scan.entries === entries && scan.rows === rows ? scan : null;
}
