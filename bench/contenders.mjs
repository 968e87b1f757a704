import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickhouseCommand, clickhouseMissing } from './contenders/clickhouse.mjs';
import { dropPages, storePages, streamPages } from './contenders/curl.mjs';
import { jqFilter } from './contenders/jq.mjs';
import { lacksModules, lacksProgram } from './missing.mjs';
import { COMMAND } from './simulators.mjs';

const script = (name) => fileURLToPath(new URL(`./contenders/${name}`, import.meta.url));
const node = (name, ...args) => [process.execPath, script(name), ...args.map(String)];
const python = (name, ...args) => ['python3', script(name), ...args.map(String)];
const bash = (text) => ['bash', '-o', 'pipefail', '-c', text];
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * All that is measured. `formats` empty: only downloads. `share`: the part of the records that a slow contender gets.
 * `missing()`: why this machine cannot run it, undefined where it can. `command(run)`: program and arguments that bring
 * the job `{ kind, records, format, concurrency, pageSize }` below the folder `run.out`; GES_… variables name the
 * simulator.
 */
export const CONTENDERS = [
  {
    name: 'floor',
    what: 'undici, four requests at a time, bodies dropped',
    formats: [],
    share: 1,
    command: (run) => node('floor.mjs', run.kind, run.records),
  },
  {
    name: 'curl',
    what: '`curl --parallel --compressed`, four at a time, into /dev/null',
    formats: [],
    share: 1,
    missing: () => lacksProgram('curl', 'apt-get install curl'),
    command: (run) => bash(dropPages(run)),
  },
  {
    name: 'columnar',
    what: '`ges-export export … --quiet`, defaults, the verification of its files included',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 1,
    isOurs: true,
    command: (run) => exportCommand(run, 'columnar'),
  },
  {
    name: 'reference',
    what: 'the same with `--engine reference`',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 0.25,
    isOurs: true,
    command: (run) => exportCommand(run, 'reference'),
  },
  {
    name: 'naive',
    what: 'fetch, JSON.parse, then csv-stringify, JSON.stringify or parquetjs-lite, page after page',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 0.25,
    command: (run) => node('naive.mjs', run.kind, run.records, run.format, outFile(run)),
  },
  {
    name: 'jq',
    what: '`curl | jq`, with `@csv` or `-c`',
    formats: ['csv', 'ndjson'],
    share: 0.25,
    isPeer: true,
    missing: () => lacksProgram('jq', 'apt-get install jq') ?? lacksProgram('curl', 'apt-get install curl'),
    command: (run) => bash(`${streamPages(run)} | ${jqFilter(run, quote)} > ${quote(outFile(run))}`),
  },
  {
    name: 'python',
    what: 'urllib, then the modules json and csv',
    formats: ['csv', 'ndjson'],
    share: 0.25,
    isPeer: true,
    missing: () => lacksProgram('python3', 'apt-get install python3'),
    command: (run) => python('plain.py', run.kind, run.records, run.format, outFile(run)),
  },
  {
    name: 'pandas',
    what: 'urllib and json, `json_normalize`, then `to_csv`, `to_json` or the ParquetWriter of pyarrow',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 0.25,
    isPeer: true,
    missing: () => lacksModules('pandas', 'pyarrow'),
    command: (run) => python('frames.py', run.kind, run.records, run.format, outFile(run)),
  },
  {
    name: 'duckdb',
    what: '`curl --parallel` into files, then `COPY (… read_json(…)) TO` with its types given, all cores',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 1,
    isPeer: true,
    missing: () => lacksProgram('curl', 'apt-get install curl'),
    command: (run) =>
      bash(
        `${storePages(run)} && ${node('duckdb.mjs', run.kind, run.format, run.out, outFile(run)).map(quote).join(' ')}`,
      ),
  },
  {
    name: 'clickhouse',
    what: '`curl --parallel` into files, then ClickHouse local: `file(…, JSONEachRow)` with its types given, all cores',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 1,
    isPeer: true,
    isUnordered: true,
    missing: clickhouseMissing,
    command: (run) =>
      bash(`${storePages(run)} && ${clickhouseCommand(run, outFile(run)).map(quote).join(' ')}`),
  },
  {
    name: 'dlt',
    what: 'the REST source of dlt with an OffsetPaginator, into its filesystem destination',
    formats: ['csv', 'ndjson', 'parquet'],
    share: 0.05,
    isPeer: true,
    missing: () => lacksModules('dlt', 'pyarrow'),
    command: (run) => python('rest_source.py', run.kind, run.records, run.format, run.out),
  },
];

const outFile = ({ out, format }) => join(out, `table.${format}`);

function exportCommand(run, engine) {
  const { kind, records, format, out, concurrency, pageSize } = run;
  const flags = ['--format', format, '--engine', engine, '--quiet'];
  if (concurrency !== undefined) flags.push('--concurrency', String(concurrency));
  if (pageSize !== undefined) flags.push('--page-size', String(pageSize));
  return [
    process.execPath,
    COMMAND,
    'export',
    `synthetic-${kind}-${records}`,
    '--out',
    join(out, 'export'),
    ...flags,
  ];
}
