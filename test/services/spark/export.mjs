// Exports results by the built command, and writes down the statements that `ddl` prints for them and what a query must
// find.
//   export.mjs WORK     WORK/plan.json names the tables, WORK/*.sql holds the statements as they were printed
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringifyJson } from '../../../dist/index.js';
import { expectedRows, jobs } from '../records.mjs';
import { openRecordsGraph } from '../records-graph.mjs';

const work = resolve(process.argv[2]);
const graph = await openRecordsGraph();
const PARTS = ['name', 'big', 'ok'];
const PARTITIONS = PARTS.flatMap((column) => ['--partition-by', column]);
const SMALL_FILES = ['--page-size', '100', '--rows-per-file', '100'];
const ODD_CSV = ['--compression', 'gzip', '--delimiter', ';', '--bom'];

/** Name, job, options, warehouses. */
const EXPORTS = [
  ['csv', 'vertices-1', ['--format', 'csv', ...SMALL_FILES], ['spark']],
  ['odd_csv', 'vertices-2', ['--format', 'csv', ...ODD_CSV], ['spark']],
  ['ndjson', 'vertices-1', ['--format', 'ndjson', ...SMALL_FILES], ['spark']],
  ['gzip_ndjson', 'vertices-2', ['--format', 'ndjson', '--compression', 'gzip'], ['spark']],
  ['parquet', 'vertices-1', ['--format', 'parquet', ...SMALL_FILES], ['spark', 'hive']],
  ['ranks', 'pagerank-1', ['--format', 'parquet', '--compression', 'gzip'], ['spark', 'hive']],
  ['integer_csv', 'integers-1', ['--format', 'csv'], ['spark']],
  ['text', 'text-1', ['--format', 'parquet'], ['spark']],
  ['csv_parts', 'vertices-1', ['--format', 'csv', ...PARTITIONS], ['spark']],
  ['parquet_parts', 'vertices-2', ['--format', 'parquet', ...PARTITIONS], ['spark', 'hive']],
];

async function exportAndPrint([name, job, options, warehouses]) {
  // Paths that statements must quote.
  const out = join(work, `it's "${name}" 表`);
  await graph.run('export', job, '--out', out, ...options);
  const tables = [];
  for (const warehouse of warehouses) {
    const table = `${warehouse}_${name}`;
    const { stdout } = await graph.run('ddl', out, '--for', warehouse, '--table', table);
    writeFileSync(join(work, `${table}.sql`), stdout);
    const partitions = options.includes('--partition-by') ? PARTS : [];
    tables.push({ table, warehouse, rows: job, hasTextLists: options.includes('csv'), partitions });
  }
  return tables;
}

/** Two commits, the second with a column more. */
async function makeLake(format) {
  const out = join(work, 'lake', format);
  for (const job of ['vertices-1', 'vertices-2'])
    await graph.run('export', job, '--out', out, '--format', 'parquet', '--table-format', format);
  return { format, out, rows: ['vertices-1', 'vertices-2'] };
}

const tables = (await Promise.all(EXPORTS.map(exportAndPrint))).flat();
const lakes = await Promise.all(['delta', 'iceberg'].map(makeLake));
graph.close();
for (const job of jobs.keys()) writeFileSync(join(work, `${job}.json`), stringifyJson(expectedRows(job)));
writeFileSync(join(work, 'plan.json'), JSON.stringify({ tables, lakes }));
