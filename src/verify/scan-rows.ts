import type { Column, StoredFile } from '../model.js';
import type { FileLayout } from './file-layout.js';
import { readRows } from './read-rows.js';
import type { RowJudge } from './row-judge.js';
import { scanCsv, scansCsv } from './scan-csv.js';
import { scanNdjson } from './scan-ndjson.js';
import { scanParquet } from './scan-parquet.js';

/**
 * Has every row of a part file judged. Rows that are plainly right are looked at as bytes, without making anything of
 * their cells; what is read into cells, and judged, is the rest.
 *
 * @throws FileProblem when the file cannot be read to its end
 */
export async function scanRows(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  judge: RowJudge,
): Promise<void> {
  if (layout.format === 'ndjson') return await scanNdjson(file, columns, layout, judge);
  if (layout.format === 'parquet') return await scanParquet(file, columns, layout, judge);
  if (layout.format === 'csv' && scansCsv(layout)) return await scanCsv(file, columns, layout, judge);
  for await (const batch of readRows(file, columns, layout)) {
    judge.problems.push(...batch.problems);
    for (let index = 0; index < batch.count; index++) judge.judge(() => batch.cells(index));
  }
}
