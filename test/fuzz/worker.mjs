import { parentPort, workerData } from 'node:worker_threads';
import { checkInput } from './check-input.mjs';
import { mutate } from './mutate.mjs';
import { createRandom } from './random.mjs';

const { corpus, seed, runs, minutes, decodersFile, shared } = workerData;
const { DECODERS } = await import(decodersFile);
/** Inputs begun; length of the input at work. The bytes of that input follow. */
const state = new Int32Array(shared, 0, 2);
const inputBytes = new Uint8Array(shared, 8);

/** More would only make picking from them slower. */
const MAX_POOL = 5000;

const random = createRandom(seed);
const pool = corpus.map(({ bytes }) => Buffer.from(bytes));
const ways = new Set();
const failed = new Set();

for (const { name, bytes } of corpus) await check(Buffer.from(bytes), `corpus ${name}`);
const deadline = minutes === null ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
let run = 0;
while (run < runs && Date.now() < deadline) {
  run++;
  await check(mutate(random.pick(pool), pool, random), `run ${run}`);
}
parentPort.postMessage({ type: 'end', runs: run, ways: ways.size });

async function check(bytes, name) {
  inputBytes.set(bytes.subarray(0, inputBytes.length));
  Atomics.store(state, 1, bytes.length);
  Atomics.add(state, 0, 1);
  try {
    const way = await checkInput(bytes, DECODERS, random);
    // An input that goes a way of its own is worth more changes.
    if (ways.has(way) || way.length > 300) return;
    ways.add(way);
    if (pool.length < MAX_POOL) pool.push(bytes);
  } catch (error) {
    // One defect is met by thousands of inputs; the first of them is enough.
    const kind = String(error.message).replace(/\d+/g, 'N').slice(0, 60);
    if (failed.has(kind)) return;
    failed.add(kind);
    parentPort.postMessage({
      type: 'finding',
      name,
      message: error.message,
      stack: error.cause?.stack,
      bytes,
    });
  }
}
