// Exports from a server that fails a share of its requests, in every way that the simulator knows: complete and exact,
// or exit code 3 and complete after the same command again. The last line is "N passed, M failed".
//
//   node test/services/storms/run.mjs --help
import { writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SIMULATOR_PROJECT, SIMULATOR_USER } from '../../../dist/simulator/iam.js';
import {
  Dice,
  difference,
  hashFolder,
  isCleanFailure,
  KINDS,
  openBench,
  readOptions,
  sayEnd,
  Tally,
  workThrough,
} from '../harness.mjs';

const options = readOptions({
  seed: [1, 'of the dice'],
  seconds: [75, 'after which no new storm begins'],
  storms: [100_000, 'at most'],
  workers: [4, 'storms at a time'],
  rows: [20_000, 'records of a result'],
  pages: [40, 'requests that a result takes without faults'],
  shares: ['10,30', 'percent of the requests that fail'],
  again: [30, 'times that a command may stop with exit code 3 and be run again'],
  extra: ['', 'options added to each export, such as another engine'],
});

/** Every way to fail that a client can outlive; each storm mixes all of them. */
const FAULTS = [
  { resetAfterBytes: 0 },
  { resetAfterBytes: 3000 },
  { truncateAfterBytes: 1500 },
  { status: 429, retryAfterSeconds: 1, body: 'json' },
  { status: 503 },
  { status: 502, body: 'empty' },
  { status: 504 },
  { gesError: { code: 'GES.8001', message: 'The system is busy', httpStatus: 400 } },
  { gesError: { code: 'GES.8301', message: 'Failed to query the job status', httpStatus: 400 } },
  { dripMs: 15 },
  { delayMs: 400 },
  { gzipCut: true },
  { garbage: true },
  { clamp: 37 },
  { clamp: 0 },
];

/** Faults after which a command needs a new token, or somebody to look at what the server says. */
const RARE = [{ expireToken: true }];

/** Each rule sees only what the rules before it have left. */
function faultPlan(dice, share) {
  const faults = FAULTS.map((fault) => ({ fault, at: dice.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ fault }) => fault);
  const each = share / faults.length;
  const rules = faults.map((fault, index) => ({
    when: { path: 'status', probability: each / (1 - index * each) },
    fault,
  }));
  const rare = RARE.map((fault) => ({ when: { path: 'status', probability: 0.01 }, times: 2, fault }));
  return { seed: dice.int(1, 1_000_000), rules: [...rare, ...rules] };
}

const extra = options.extra.split(' ').filter((word) => word !== '');
const size = ['--page-size', String(Math.ceil(options.rows / options.pages))];

function drawExport(dice) {
  const [format, compression] = dice.of(KINDS);
  const job = `synthetic-${dice.of(['pagerank', 'vertices'])}-${options.rows}`;
  return [job, '--format', format, '--compression', compression, ...size, ...extra];
}

const calm = await openBench();
const undisturbed = new Map();

function whole(args) {
  const key = args.join(' ');
  const known = undisturbed.get(key) ?? makeWhole(args);
  undisturbed.set(key, known);
  return known;
}

async function makeWhole(args) {
  const out = calm.newFolder();
  const result = await calm.run([...args, '--out', out, '--quiet']);
  if (result.exitCode !== 0) throw new Error(`The undisturbed export failed: ${result.stderr}`);
  return withoutSource(await hashFolder(out));
}

/** The manifest names the address of its server, and each storm has a server of its own. */
function withoutSource({ 'manifest.json': _, ...hashes }) {
  return hashes;
}

/** Writes a new token into the file again and again, as another program would that renews it. */
async function keepToken(simulator, path, signal) {
  const { name, password, domain } = SIMULATOR_USER;
  const user = { name, password, domain: { name: domain } };
  const identity = { methods: ['password'], password: { user } };
  const body = JSON.stringify({ auth: { identity, scope: { project: { id: SIMULATOR_PROJECT.id } } } });
  while (!signal.aborted) {
    const answer = await fetch(`${simulator.iamEndpoint}/v3/auth/tokens`, { method: 'POST', body });
    await answer.arrayBuffer();
    writeFileSync(`${path}.new`, answer.headers.get('x-subject-token') ?? '');
    await rename(`${path}.new`, path);
    await sleep(25);
  }
}

async function storm(dice, share) {
  const args = drawExport(dice);
  const expected = await whole(args);
  const bench = await openBench({ faults: faultPlan(dice, share / 100), gzip: dice.next() < 0.5 });
  const stopped = new AbortController();
  try {
    const out = bench.newFolder();
    const GES_TOKEN_FILE = `${out}.token`;
    writeFileSync(GES_TOKEN_FILE, bench.simulator.token);
    const keeping = keepToken(bench.simulator, GES_TOKEN_FILE, stopped.signal);
    const manner = ['--concurrency', String(dice.of([1, 2, 4, 8])), '--max-attempts', '8', '--quiet'];
    const command = [...args, ...manner, '--out', out, '--token-file', GES_TOKEN_FILE];
    let runs = 0;
    let result;
    do {
      result = await bench.run(command, { GES_TOKEN_FILE });
      // A token that ran out between the last renewal and the request is refused for good.
      const isToken = /refused the token|token/i.test(sayEnd(result)) && result.exitCode === 1;
      if (result.exitCode !== 0 && ((result.exitCode !== 3 && !isToken) || !isCleanFailure(result))) break;
    } while (result.exitCode !== 0 && ++runs < options.again);
    stopped.abort();
    await keeping;
    const what = `${command.slice(0, -4).join(' ')} at ${share} %, ${runs} times again, ${bench.simulator.requests()} requests`;
    if (result.exitCode !== 0) return `${what}: ${sayEnd(result)}`;
    const problem = difference(expected, withoutSource(await hashFolder(out)));
    return problem && `${what}: ${problem}`;
  } finally {
    stopped.abort();
    await bench.close();
  }
}

const tally = new Tally();

function* storms() {
  const shares = options.shares.split(',').map(Number);
  for (let number = 0; number < options.storms; number++) {
    const share = shares[number % shares.length];
    yield async () => {
      const dice = new Dice(options.seed, number);
      const problem = await storm(dice, share).catch((error) => String(error.stack ?? error));
      tally.report(`storms at ${share} %`, `(--seed ${options.seed}, storm ${number})`, problem);
    };
  }
}

await workThrough(storms(), options.workers, options.seconds);
await calm.close();
tally.end();
