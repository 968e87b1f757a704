// Fuzzes the envelope, the decoders and both engines: mutations of the answers in test/fuzz-corpus, compared with
// JSON.parse and with each other. Every answer of the corpus itself is checked first.
//
//   node test/fuzz/fuzz.mjs [--runs N | --minutes M] [--seed S] [--threads T] [--keep FOLDER] [--decoders FILE]
//
// Standard error says every ten seconds how far it is, standard output at the end how many inputs were tried, whether
// they were used up or a signal came; exit code 1 when one of them crashed, hung, threw an error without a type or was
// read wrongly. Such inputs are kept in FOLDER, to be moved to the corpus once the defect is mended. An input that is
// an answer has its envelope read; of those with tables, and of damaged ones, the files of both engines are compared.
// Thread T of a seed S tries what one thread of the seed S + T does.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { COUNTERS, HEAD_BYTES, MAX_INPUT_BYTES } from './shared-state.mjs';

/** An input of 64 KiB takes milliseconds; this is long even where many programs share the machine. */
const HANG_MS = 60_000;
const TELL_MS = 10_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    keep: { type: 'string', default: join(tmpdir(), 'ges-export-fuzz') },
    decoders: { type: 'string', default: fileURLToPath(new URL('decoders.mjs', import.meta.url)) },
  },
});
const minutes = values.minutes === undefined ? null : wholeOrPart('minutes', values.minutes);
const runs =
  values.runs === undefined
    ? minutes === null
      ? 100_000
      : Number.POSITIVE_INFINITY
    : wholeOrPart('runs', values.runs);
const seed = wholeOrPart('seed', values.seed);
const threads = Math.max(1, Math.floor(wholeOrPart('threads', values.threads)));

const folder = fileURLToPath(new URL('../fuzz-corpus/', import.meta.url));
const corpus = readdirSync(folder)
  .sort()
  .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

const startedAt = Date.now();
let findings = 0;
let toldAt = 0;
const started = Array.from({ length: threads }, (_, index) => start(index));
let left = started.length;

const watch = setInterval(() => {
  for (const fuzzer of started) lookAt(fuzzer);
  if (Date.now() - toldAt < TELL_MS) return;
  toldAt = Date.now();
  console.error(summary());
}, 1000);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => finish());

function start(index) {
  const shared = new SharedArrayBuffer(HEAD_BYTES + MAX_INPUT_BYTES);
  const share = Number.isFinite(runs) ? Math.floor((runs + index) / threads) : runs;
  const worker = new Worker(new URL('worker.mjs', import.meta.url), {
    workerData: {
      corpus,
      seed: seed + index,
      runs: share,
      minutes,
      decodersFile: pathToFileURL(values.decoders).href,
      shared,
    },
    resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64 },
  });
  const fuzzer = { shared, lastBegun: -1, lastChangeAt: Date.now(), hasEnded: false };
  worker.on('message', ({ type, name, message, bytes, stack }) => {
    if (type === 'finding') report(name, message, bytes, stack);
    else {
      fuzzer.hasEnded = true;
      if (--left === 0) finish();
    }
  });
  worker.on('error', (error) => end(fuzzer, `ends the process: ${error.message}`));
  return fuzzer;
}

function lookAt(fuzzer) {
  const begun = counter(fuzzer, 'begun');
  if (begun !== fuzzer.lastBegun || fuzzer.hasEnded) {
    fuzzer.lastBegun = begun;
    fuzzer.lastChangeAt = Date.now();
  } else if (Date.now() - fuzzer.lastChangeAt > HANG_MS) {
    end(fuzzer, `hangs for more than ${HANG_MS / 1000} s`);
  }
}

/** The input at work is to blame; nothing comes after it. */
function end(fuzzer, problem) {
  const bytes = Buffer.from(
    new Uint8Array(fuzzer.shared, HEAD_BYTES, Math.min(counter(fuzzer, 'length'), MAX_INPUT_BYTES)),
  );
  report(`input ${counter(fuzzer, 'begun')}`, problem, bytes);
  finish();
}

function finish() {
  clearInterval(watch);
  console.log(summary());
  process.exit(findings > 0 ? 1 : 0);
}

function summary() {
  const sum = (name) => started.reduce((all, fuzzer) => all + counter(fuzzer, name), 0);
  const rate = Math.round(sum('runs') / Math.max(0.001, (Date.now() - startedAt) / 1000));
  return `${sum('runs')} inputs in ${sum('ways')} ways, ${sum('answers')} with an envelope, ${sum('compared')} read by both engines, seed ${seed}, ${rate} a second, ${findings} findings`;
}

function counter({ shared }, name) {
  return Atomics.load(new Int32Array(shared), COUNTERS.indexOf(name));
}

function report(name, message, bytes, stack) {
  findings++;
  mkdirSync(values.keep, { recursive: true });
  const path = join(values.keep, `${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.txt`);
  writeFileSync(path, bytes);
  console.log(`${name}: ${message}\n  kept as ${path}${stack === undefined ? '' : `\n${stack}`}`);
}

function wholeOrPart(name, text) {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} must be a number`);
  process.exit(2);
}
