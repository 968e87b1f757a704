#!/usr/bin/env node
// Compares the columnar engine with the reference engine over random tables, records, answers and damage.
//
//   npm run build && node test/services/fuzz-engines.mjs [--seed N] [--runs N] [--minutes N]
//
// Runs until the runs or the minutes are used up (10 minutes, if neither is given). Ends with 1 at the first
// difference, and names the seed: `--seed N --runs 1` shows it again. `--go` goes on; `--size small|large|long`,
// `--cuts N` (ways in which the answers of a small case are cut) and `--damage N` (damages tried on it) choose what is
// tried. An input is a record in one of the ways in which its answer was cut. What is dear goes with few of the cases:
// DuckDB and parquetjs-lite read one of ten Parquet files, worker threads read one of 200 cases.
import { parseArgs } from 'node:util';
import { snappyUncompress } from 'hyparquet';
import {
  compare,
  compareCuts,
  compareDamaged,
  compareWorkers,
  loadEngines,
} from '../decode/columnar/compare-engines.mjs';
import {
  coreDoubles,
  coreSnappy,
  doubleProblem,
  hardNumbers,
  moreNumbers,
  randomBytes,
} from '../decode/columnar/hard-numbers.mjs';
import { compareReaders, hasPlainNames } from '../decode/columnar/other-readers.mjs';
import { Random, randomCase } from '../decode/columnar/random-case.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    size: { type: 'string' },
    damage: { type: 'string', default: '10' },
    cuts: { type: 'string', default: '40' },
    go: { type: 'boolean', default: false },
  },
});
const engines = await loadEngines((path) => import(new URL(`../../dist/${path}`, import.meta.url).href));
const firstSeed = Number(values.seed);
const runs = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
const minutes = values.minutes ?? (values.runs === undefined ? '10' : undefined);
const end = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(minutes) * 60_000;

const toDouble = coreDoubles(engines);
const compress = coreSnappy(engines);
const random = new Random(firstSeed);
let numbers = 0;
checkNumbers(hardNumbers(random));

let done = 0;
let inputs = 0;
let refused = 0;
let read = 0;
let failed = 0;
const shapes = new Map();
/** At every byte of a short answer at first, then in a few places: each chunk costs, and there are many records. */
const cuts = Array.from(
  { length: Number(values.cuts) },
  (_, index) =>
    ({ length }) =>
      index === 0 && length <= 2000
        ? Array.from({ length: length - 1 }, (_, at) => at + 1)
        : random.list(1, 4, () => random.between(0, length)).sort((x, y) => x - y),
);
for (; done < runs && Date.now() < end; done++) {
  const seed = firstSeed + done;
  const size = values.size ?? (seed % 1000 === 0 ? 'large' : seed % 200 === 50 ? 'long' : 'small');
  const test = randomCase(seed, size);
  for (let i = 0; i < 10; i++) checkNumbers(moreNumbers(random));
  if (seed % 10 === 0) checkSnappy(randomBytes(random, 300_000));
  const { problem, isRefused, tables, files } = await compare(engines, test);
  if (isRefused) refused++;
  for (const plan of test.plans) shapes.set(plan.shape, (shapes.get(plan.shape) ?? 0) + (isRefused ? 0 : 1));
  if (problem !== null) fail(seed, size, test, problem);
  if (problem === null && seed % 10 === 0 && test.format === 'parquet' && !isRefused) {
    for (const [index, plan] of tables.entries()) {
      if (!hasPlainNames(plan)) continue;
      read++;
      const differs = await compareReaders(plan, files[index]);
      if (differs !== null) fail(seed, size, test, differs);
    }
  }
  if (size === 'small' && Number(values.damage) > 0) {
    const damage = await compareDamaged(engines, test, seed, Number(values.damage));
    if (damage !== null) fail(seed, size, test, damage.problem, damage.bytes);
  }
  const records = recordsIn(test);
  inputs += 2 * records;
  if (size === 'small') {
    inputs += records * (1 + cuts.length);
    const differs = await compareCuts(engines, test, cuts);
    if (differs !== null) fail(seed, size, test, differs);
  }
  if (seed % 200 === 0) {
    inputs += records;
    const differs = await compareWorkers(engines, test);
    if (differs !== null) fail(seed, size, test, `worker threads: ${differs}`);
  }
}
process.stdout.write(
  `${inputs} inputs in ${done} cases from seed ${firstSeed}, ${refused} of them refused by both engines, ${failed} differences, ${read} files read with DuckDB and parquetjs-lite;  ${numbers} numbers; tables: ${JSON.stringify(Object.fromEntries(shapes))}\n`,
);
process.exit(failed === 0 ? 0 : 1);

function recordsIn({ windows }) {
  const answers = windows.flatMap((window) => window.answers);
  return answers.reduce((sum, { lists }) => sum + lists.reduce((all, [, texts]) => all + texts.length, 0), 0);
}

function checkNumbers(texts) {
  for (const text of texts) {
    numbers++;
    const problem = doubleProblem(toDouble, text);
    if (problem === null) continue;
    process.stderr.write(`${problem.slice(0, 2000)}\n`);
    process.exit(1);
  }
}

function checkSnappy(bytes) {
  const back = new Uint8Array(bytes.length);
  snappyUncompress(compress(bytes), back);
  if (bytes.equals(back)) return;
  process.stderr.write(`Snappy of seed ${firstSeed}: ${bytes.length} bytes came back as others\n`);
  process.exit(1);
}

function fail(seed, size, { format, compression, plans, csv }, problem, bytes) {
  failed++;
  process.stderr.write(`seed ${seed} (${size}), ${format} ${compression}: ${problem}\n`);
  if (!values.go) {
    process.stderr.write(`${JSON.stringify({ plans, csv })}\n`);
    if (bytes !== undefined && bytes.length < 2000)
      process.stderr.write(`${JSON.stringify(bytes.toString())}\n`);
    process.exit(1);
  }
}
