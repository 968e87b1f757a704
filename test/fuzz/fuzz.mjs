// Fuzzes the envelope and the decoders: mutations of the answers in test/fuzz-corpus, compared with JSON.parse and
// with each other. Every answer of the corpus itself is checked first.
//
//   node test/fuzz/fuzz.mjs [--runs N | --minutes M] [--seed S] [--keep FOLDER] [--decoders FILE]
//
// The last line says how many inputs were tried; exit code 1 when one of them crashed, hung, threw an error without
// a type or was read wrongly. Such inputs are kept in FOLDER, to be moved to the corpus once the defect is mended.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

/** An input of 64 KiB takes milliseconds; this is long even where many programs share the machine. */
const HANG_MS = 60_000;
const MAX_INPUT_BYTES = 1 << 20;

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
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

const folder = fileURLToPath(new URL('../fuzz-corpus/', import.meta.url));
const corpus = readdirSync(folder)
  .sort()
  .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

const shared = new SharedArrayBuffer(8 + MAX_INPUT_BYTES);
const state = new Int32Array(shared, 0, 2);
let findings = 0;
let lastCount = -1;
let lastChangeAt = Date.now();

const worker = new Worker(new URL('worker.mjs', import.meta.url), {
  workerData: { corpus, seed, runs, minutes, decodersFile: pathToFileURL(values.decoders).href, shared },
  resourceLimits: { maxOldGenerationSizeMb: 1024 },
});
const watch = setInterval(() => {
  const count = Atomics.load(state, 0);
  if (count !== lastCount) {
    lastCount = count;
    lastChangeAt = Date.now();
  } else if (Date.now() - lastChangeAt > HANG_MS) {
    end(`hangs for more than ${HANG_MS / 1000} s`);
  }
}, 1000);

worker.on('message', (message) => {
  if (message.type === 'finding') report(message.name, message.message, message.bytes, message.stack);
  else finish(`${message.runs} inputs in ${message.ways} ways, seed ${seed}, ${findings} findings`);
});
worker.on('error', (error) => end(`ends the process: ${error.message}`));

/** The input at work is to blame; nothing comes after it. */
function end(problem) {
  report(`input ${Atomics.load(state, 0)}`, problem, currentInput());
  finish(`Stopped after ${Atomics.load(state, 0)} inputs, seed ${seed}, ${findings} findings`);
}

function finish(line) {
  clearInterval(watch);
  console.log(line);
  process.exit(findings > 0 ? 1 : 0);
}

function report(name, message, bytes, stack) {
  findings++;
  mkdirSync(values.keep, { recursive: true });
  const path = join(values.keep, `${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.txt`);
  writeFileSync(path, bytes);
  console.log(`${name}: ${message}\n  kept as ${path}${stack === undefined ? '' : `\n${stack}`}`);
}

function currentInput() {
  return Buffer.from(new Uint8Array(shared, 8, Math.min(state[1], MAX_INPUT_BYTES)));
}

function wholeOrPart(name, text) {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} must be a number`);
  process.exit(2);
}
