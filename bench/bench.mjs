// Measures ges-export against the floor and against the naive program, and writes docs/benchmarks.md.
// Flags: --rounds <n>, --records <n>, --quick (small, and writes no file).
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.mjs';
import { renderReport } from './report.mjs';
import { COMMAND, measureProcess, startSimulator } from './run-process.mjs';

const KINDS = ['pagerank', 'vertices'];
const FORMATS = ['csv', 'ndjson', 'parquet'];
/** A growth run has this many times the records. */
const GROWTH = 10;

const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const FLOOR = script('./floor.mjs');
const NAIVE = script('./naive.mjs');
const COUNT_ROWS = script('./count-rows.mjs');

const options = readOptions(process.argv.slice(2));
const loadBefore = loadavg();
const simulator = await startSimulator();
const scratch = await mkdtemp(join(tmpdir(), 'ges-export-bench-'));
const samples = new Map();

try {
  for (const kind of KINDS) await run('floor', kind, 'none', options.records, false);
  for (let round = 0; round < options.rounds; round++) {
    for (const kind of KINDS) {
      await run('floor', kind, 'none', options.records);
      for (const format of FORMATS) {
        await run('naive', kind, format, options.records);
        await run('ges-export', kind, format, options.records);
      }
    }
    process.stderr.write(`round ${round + 1} of ${options.rounds}\n`);
  }
  for (const kind of KINDS) {
    for (const format of FORMATS) await run('growth', kind, format, options.records * GROWTH);
  }
} finally {
  await simulator.stop();
  await rm(scratch, { recursive: true });
}

const report = renderReport({
  ...options,
  kinds: KINDS,
  formats: FORMATS,
  growth: GROWTH,
  samples,
  loadBefore,
});
process.stdout.write(report);
if (!options.isQuick) await writeFile(new URL('../docs/benchmarks.md', import.meta.url), report);

/** One run of one contender; its output is counted and removed. */
async function run(contender, kind, format, records, isKept = true) {
  const out = join(scratch, 'out');
  await mkdir(out);
  const jobId = `synthetic-${kind}-${records}`;
  const [program, args] = commandLine(contender, jobId, format, records, out);
  const { seconds, peakMiB } = await measureProcess(program, args, { env: simulator.env, folder: scratch });
  if (contender !== 'floor') await checkRows(contender, out, format, records);
  await rm(out, { recursive: true });
  if (!isKept) return;
  const name = `${contender} ${kind} ${format}`;
  samples.set(name, [...(samples.get(name) ?? []), { seconds, peakMiB }]);
}

function commandLine(contender, jobId, format, records, out) {
  if (contender === 'floor') return [FLOOR, [jobId, String(records)]];
  if (contender === 'naive') return [NAIVE, [jobId, format, join(out, `naive.${format}`)]];
  return [COMMAND, ['export', jobId, '--out', join(out, 'export'), '--format', format, '--quiet']];
}

async function checkRows(contender, out, format, records) {
  const { stdout } = await measureProcess(COUNT_ROWS, [out, format], { env: {}, folder: scratch });
  if (Number(stdout) !== records)
    throw new Error(`${contender} wrote ${stdout} rows to ${format}, not ${records}`);
}
