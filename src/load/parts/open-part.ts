import { join } from 'node:path';
import type { JsonValue } from '../../json-value.js';
import type { Column, PartFile } from '../../model.js';
import type { LoadPart, LoadSource } from '../load-model.js';
import { checkedStream } from './checked-stream.js';
import { csvRows } from './csv-rows.js';
import { ndjsonRows } from './ndjson-rows.js';
import { parquetRows } from './parquet-rows.js';

/**
 * @param root the folder of the export
 * @param parseJson reads one JSON text without loss; throws on what is no JSON
 */
export function openPart(
  root: string,
  file: PartFile,
  columns: readonly Column[],
  source: LoadSource,
  parseJson: (text: string) => JsonValue,
): LoadPart {
  const path = join(root, file.path);
  return {
    file,
    rows() {
      if (source.format === 'parquet') return parquetRows(path, file, columns);
      const stream = checkedStream(path, file);
      return source.format === 'csv'
        ? csvRows(stream, { file, columns, csv: source.csv, parseJson })
        : ndjsonRows(stream, { file, columns, raw: source.raw, parseJson });
    },
    text: () => (source.format === 'parquet' ? null : checkedStream(path, file)),
  };
}
