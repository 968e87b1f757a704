import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

const ROWS_AT_ONCE = 20_000;
/** dlt calls NDJSON `.jsonl`. */
const ENDINGS = { csv: ['.csv'], ndjson: ['.ndjson', '.jsonl'], parquet: ['.parquet'] };

const READERS = {
  async *csv(path) {
    yield* createReadStream(path).pipe(parse({ columns: true, bom: true }));
  },
  async *ndjson(path) {
    for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line);
  },
  async *parquet(path) {
    const file = await asyncBufferFromFile(path);
    const { num_rows } = await parquetMetadataAsync(file);
    for (let rowStart = 0; rowStart < num_rows; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, Number(num_rows));
      yield* await parquetReadObjects({ file, rowStart, rowEnd });
    }
  },
};

/** The rows, as objects, of all files of a format below a folder, in the order of their names. */
export async function* readRows(folder, format) {
  const names = await readdir(folder, { recursive: true });
  const isTable = (name) => ENDINGS[format].some((end) => name.endsWith(end)) && !isService(name);
  for (const name of names.filter(isTable).sort()) yield* READERS[format](join(folder, name));
}

/** Tables and state that dlt keeps for itself. */
function isService(name) {
  return name.startsWith('state/') || name.includes('/_dlt_');
}
