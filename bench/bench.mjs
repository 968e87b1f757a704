// Measures ges-export, the floor below it, the naive program, and every peer that the machine has, in one run.
// A whole run writes docs/benchmarks.md; the flags for parts of it are in options.mjs.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTENDERS } from './contenders.mjs';
import { measureProcess } from './measure-process.mjs';
import { readOptions } from './options.mjs';
import { keyOf, planGrowth, planRound } from './plan.mjs';
import { renderReport } from './report.mjs';
import { Samples } from './samples.mjs';
import { Simulators } from './simulators.mjs';

const COMPARE = fileURLToPath(new URL('./compare-output.mjs', import.meta.url));

/** Pages enough for what can go wrong between them. */
const MAX_COMPARED_RECORDS = 300_000;

const options = readOptions(process.argv.slice(2));
const loadBefore = loadavg();
const startedAt = performance.now();
const simulators = new Simulators();
const scratch = await mkdtemp(join(tmpdir(), 'ges-export-bench-'));
const samples = new Samples();
const oracles = new Map();
/** Contenders, or parts of them, that are not in the figures, and why. */
const absent = [];

try {
  const contenders = CONTENDERS.filter(isPresent);
  const round = planRound(contenders, options);
  await warmUp(round);
  for (let number = 1; number <= options.rounds; number++) {
    for (const run of round) await measure(run);
    process.stderr.write(`round ${number} of ${options.rounds} after ${seconds()} s\n`);
  }
  for (const run of planGrowth(contenders, options)) await measure(run);
} finally {
  await simulators.stop();
  await rm(scratch, { recursive: true });
}

const report = renderReport({ ...options, samples, absent, loadBefore, seconds: seconds() });
process.stdout.write(report);
if (options.isWhole) await writeFile(new URL('../docs/benchmarks.md', import.meta.url), report);

function isPresent({ name, missing }) {
  if (!options.only.includes(name)) {
    absent.push({ name, reason: 'left out by --only' });
    return false;
  }
  const reason = missing?.();
  if (reason !== undefined) absent.push({ name, reason });
  return reason === undefined;
}

/** A simulator makes its records, and packs its answers, at the first request; nobody's time should hold that. */
async function warmUp(round) {
  const floor = CONTENDERS.find(({ name }) => name === 'floor');
  const answers = new Map(round.map((run) => [[run.kind, run.records, run.gzip, run.latencyMs].join(), run]));
  for (const run of answers.values()) {
    await measureProcess(floor.command(run), { env: await simulators.env(run), folder: scratch });
  }
}

/** Runs, keeps the figures, compares the output with an export at the first time. A peer that fails is reported. */
async function measure(run) {
  const contender = CONTENDERS.find(({ name }) => name === run.contender);
  const key = keyOf(run);
  if (absent.some((each) => each.key === key)) return;
  try {
    await mkdir(join(scratch, 'out'));
    const sample = await produce(contender, run, join(scratch, 'out'));
    if (run.format !== undefined && !samples.has(key)) await compare(contender, run);
    samples.add(key, { ...sample, records: run.records });
  } catch (cause) {
    if (contender.isPeer !== true) throw new Error(`${key}: ${cause.message}`, { cause });
    absent.push({
      key,
      name: `${run.contender}, ${run.kind} → ${run.format}`,
      reason: `failed: ${cause.message}`,
    });
  } finally {
    await rm(join(scratch, 'out'), { recursive: true, force: true });
  }
}

async function produce(contender, run, out) {
  return measureProcess(contender.command({ ...run, out }), {
    env: await simulators.env(run),
    folder: scratch,
  });
}

/** Of longer jobs, the same command makes a shorter one for this: to read millions of rows back takes minutes. */
async function compare(contender, run) {
  const { isUnordered = false } = contender;
  const out = join(scratch, 'out');
  if (run.records > MAX_COMPARED_RECORDS) {
    const shorter = { ...run, records: MAX_COMPARED_RECORDS };
    await rm(out, { recursive: true });
    await mkdir(out);
    await produce(contender, shorter, out);
    return compare(contender, shorter);
  }
  const args = [run.kind, run.format, String(run.records), await oracle(run), out, String(isUnordered)];
  await measureProcess([process.execPath, COMPARE, ...args], { env: {}, folder: scratch });
}

/** The folder of a CSV export of the same job, made once. */
async function oracle({ kind, records }) {
  const key = `${kind}-${records}`;
  const folder = join(scratch, `oracle-${key}`);
  if (!oracles.has(key)) {
    await mkdir(folder);
    const run = { kind, records, format: 'csv', gzip: false, latencyMs: 0 };
    await produce(
      CONTENDERS.find(({ name }) => name === 'columnar'),
      run,
      folder,
    );
    oracles.set(key, folder);
  }
  return oracles.get(key);
}

function seconds() {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}
