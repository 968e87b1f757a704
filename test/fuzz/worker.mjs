import { parentPort, workerData } from 'node:worker_threads';
import { checkInput } from './check-input.mjs';
import { mutate } from './mutate.mjs';
import { createRandom } from './random.mjs';
import { COUNTERS, HEAD_BYTES } from './shared-state.mjs';

const { corpus, seed, runs, minutes, decodersFile, shared } = workerData;
const { DECODERS } = await import(decodersFile);
const state = new Int32Array(shared, 0, COUNTERS.length);
const count = (name, by = 1) => Atomics.add(state, COUNTERS.indexOf(name), by);
const inputBytes = new Uint8Array(shared, HEAD_BYTES);

/** More would only make picking from them slower. */
const MAX_POOL = 5000;
/** Longer ones cost more than they find, and each change to one makes another. */
const MAX_POOL_BYTES = 1500;

const random = createRandom(seed);
const pool = corpus.map(({ bytes }) => Buffer.from(bytes));
const ways = new Set();
const failed = new Set();
// Most inputs are refused with an error, and a stack takes longer than many a refusal.
Error.stackTraceLimit = 0;

for (const { name, bytes } of corpus) await check(Buffer.from(bytes), `corpus ${name}`);
const deadline = minutes === null ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
for (let run = 1; run <= runs && Date.now() < deadline; run++) {
  await check(mutate(random.pick(pool), pool, random), `run ${run}`);
  count('runs');
}
parentPort.postMessage({ type: 'end' });

async function check(bytes, name) {
  inputBytes.set(bytes.subarray(0, inputBytes.length));
  Atomics.store(state, COUNTERS.indexOf('length'), bytes.length);
  count('begun');
  const before = random.state();
  try {
    const { way, isAnswer, isCompared } = await checkInput(bytes, DECODERS, random);
    if (isAnswer) count('answers');
    if (isCompared) count('compared');
    // An input that goes a way of its own is worth more changes.
    if (ways.has(way) || way.length > 300) return;
    ways.add(way);
    count('ways');
    if (pool.length < MAX_POOL && bytes.length <= MAX_POOL_BYTES) pool.push(bytes);
  } catch (error) {
    // One defect is met by thousands of inputs; the first of them is enough.
    const kind = String(error.message).replace(/\d+/g, 'N').slice(0, 250);
    if (failed.has(kind)) return;
    failed.add(kind);
    const { message, stack } = await withStack(bytes, before, error);
    parentPort.postMessage({ type: 'finding', name, message, stack, bytes });
  }
}

/** The error once more, with its stack; the same without, where it takes the inputs before to bring it about. */
async function withStack(bytes, randomState, { message }) {
  Error.stackTraceLimit = 30;
  try {
    await checkInput(bytes, DECODERS, createRandom(randomState));
    return { message: `${message} (only after the inputs before)` };
  } catch (error) {
    return { message: error.message, stack: error.cause?.stack };
  } finally {
    Error.stackTraceLimit = 0;
  }
}
