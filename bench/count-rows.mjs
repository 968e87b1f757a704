// Prints the rows of all finished files of one format below a folder, read back by an independent reader.
// A script of its own: the peak memory of a process counts from that of its parent, which must stay small.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';

const COUNTERS = {
  async csv(path) {
    let rows = -1;
    for await (const _row of createReadStream(path).pipe(parse())) rows++;
    return rows;
  },
  async ndjson(path) {
    let rows = 0;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      JSON.parse(line);
      rows++;
    }
    return rows;
  },
  async parquet(path) {
    const { num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    return Number(num_rows);
  },
};

const [folder, format] = process.argv.slice(2);
const names = await readdir(folder, { recursive: true });
let rows = 0;
for (const name of names.filter((each) => each.endsWith(`.${format}`))) {
  rows += await COUNTERS[format](join(folder, name));
}
process.stdout.write(String(rows));
