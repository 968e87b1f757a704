// Attacks the built command where it keeps its promises: kills it at every step that changes the disk and at any
// moment, lets steps fail, damages what it left, cuts the power. After each attack the same command runs until it is
// done, and every file must have the bytes of an undisturbed export. The last line is "N passed, M failed".
//
//   node test/services/crash/run.mjs --help
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
import { damages } from './damage.mjs';
import { fullDisks } from './full-disk.mjs';
import { powerCuts } from './power-cut.mjs';

const options = readOptions({
  seed: [1, 'of the dice'],
  seconds: [75, 'after which no new case begins'],
  cases: [100_000, 'at most'],
  workers: [3, 'cases at a time'],
  attacks: ['step,moment,term,fail,damage,power,disk', 'which of them'],
  sweep: [0, '1: kill at each step of an export in turn, for every format, instead of by dice'],
  extra: ['', 'options added to each export, such as another engine'],
});

const PRELOAD = fileURLToPath(new URL('./preload.mjs', import.meta.url));
const bench = await openBench({ latencyMs: 2 });
const tally = new Tally();
const extra = options.extra.split(' ').filter((word) => word !== '');

/** The environment that loads the fault module with a plan for one folder. */
const faulty = (out, plan) => ({
  NODE_OPTIONS: `--import ${PRELOAD}`,
  FS_FAULTS: JSON.stringify({ root: out, ...plan }),
});

/** Few enough that their undisturbed bytes are soon known: parts that end within and at the end of the result. */
const SHAPES = [
  ['synthetic-vertices-700', '--page-size', '100', '--rows-per-file', '250'],
  ['synthetic-pagerank-900', '--page-size', '150', '--rows-per-file', '5000'],
  ['synthetic-edges-600', '--page-size', '100', '--rows-per-file', '300'],
  ['synthetic-vertices-500', '--page-size', '100', '--file-bytes', '3kB', '--partition-by', 'city'],
];

/** Large enough for the thread that hashes files and reads finished ones. */
const LARGE = ['synthetic-vertices-450000', '--page-size', '50000', '--rows-per-file', '150000'];
/** One case in so many is large. */
const LARGE_CASES = 16;

/** What an export is made of; equal arguments give equal bytes, in whatever manner it runs. */
function drawExport(dice, [format, compression] = dice.of(KINDS), shape = dice.of(SHAPES)) {
  return {
    args: [...shape, '--format', format, '--compression', compression, ...extra],
    manner: ['--concurrency', String(dice.of([1, 2, 4, 8])), '--quiet'],
  };
}

const undisturbed = new Map();

/** The bytes of an export that nothing disturbs, the steps it takes and its time; made once for equal settings. */
function whole({ args }) {
  const key = args.join(' ');
  const known = undisturbed.get(key) ?? makeWhole(args);
  undisturbed.set(key, known);
  return known;
}

async function makeWhole(args) {
  const out = bench.newFolder();
  const count = `${out}.steps`;
  const began = Date.now();
  const result = await bench.run([...args, '--out', out, '--quiet'], faulty(out, { count }));
  if (result.exitCode !== 0) throw new Error(`The undisturbed export failed: ${result.stderr}`);
  return {
    hashes: await hashFolder(out),
    steps: Number(readFileSync(count, 'utf8')),
    ms: Date.now() - began,
  };
}

/** Runs the same command until it is done; at most a few times, because nothing disturbs it any more. */
async function finish(setting, out, expected) {
  const result = await bench.run([...setting.args, ...setting.manner, '--out', out]);
  if (result.exitCode !== 0) return `the command afterwards: ${sayEnd(result)}`;
  return difference(expected.hashes, await hashFolder(out));
}

/** What must hold at any moment: `_SUCCESS` stands only beside a whole export. */
async function checkMoment(out, expected) {
  if (!existsSync(`${out}/_SUCCESS`)) return null;
  const found = await hashFolder(out);
  const wrong = Object.keys(expected.hashes).find((name) => found[name] !== expected.hashes[name]);
  return wrong === undefined ? null : `_SUCCESS is there, but ${wrong} is not right`;
}

/** Kills an export some times, by the same dice each time, then lets it finish. */
async function killCase(dice, kill, kind) {
  const setting = drawExport(dice, kind, dice.int(1, LARGE_CASES) === 1 ? LARGE : undefined);
  const expected = await whole(setting);
  const out = bench.newFolder();
  for (let left = dice.int(1, 3); left > 0; left--) {
    const result = await kill(setting, out, expected);
    const isExpected = result.signal === 'SIGKILL' || result.exitCode === 0 || result.exitCode === 130;
    if (!isExpected) return `${setting.args.join(' ')}: ${sayEnd(result)}`;
    const problem = await checkMoment(out, expected);
    if (problem !== null) return `${setting.args.join(' ')}: ${problem}`;
  }
  const problem = await finish(setting, out, expected);
  return problem && `${setting.args.join(' ')}: ${problem}`;
}

const killAtStep =
  (dice) =>
  (setting, out, { steps }) =>
    bench.run(
      [...setting.args, ...setting.manner, '--out', out],
      faulty(out, { killAt: dice.int(1, steps) }),
    );

const signalAtMoment =
  (dice, signal) =>
  async (setting, out, { ms }) => {
    const { child, ended } = bench.start([...setting.args, ...setting.manner, '--out', out]);
    const timer = setTimeout(() => child.kill(signal), dice.int(0, ms));
    const result = await ended;
    clearTimeout(timer);
    // Before its own handler stands, a signal ends the process as it ends any other.
    return result.signal === signal ? { ...result, signal: 'SIGKILL' } : result;
  };

/** One step fails; the export stops with one line, or did not need it. */
async function failCase(dice) {
  const setting = drawExport(dice);
  const expected = await whole(setting);
  const out = bench.newFolder();
  const code = dice.of(['EIO', 'ENOSPC', 'EDQUOT', 'EROFS']);
  const hit = `${out}.hit`;
  const plan = { failAt: dice.int(1, expected.steps), code, hit };
  const result = await bench.run([...setting.args, ...setting.manner, '--out', out], faulty(out, plan));
  const what = `${setting.args.join(' ')}, step ${plan.failAt} (${existsSync(hit) ? readFileSync(hit, 'utf8').trim() : 'not reached'}) fails with ${code}`;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  if (result.exitCode !== 0) {
    if (result.exitCode !== (isFull ? 3 : 1) || !isCleanFailure(result)) return `${what}: ${sayEnd(result)}`;
    const problem = await checkMoment(out, expected);
    if (problem !== null) return `${what}: ${problem}`;
  }
  const problem = await finish(setting, out, expected);
  return problem && `${what}: ${problem}`;
}

const toolbox = { bench, options, drawExport, whole, finish, faulty, checkMoment };
const attacks = {
  step: (dice) => killCase(dice, killAtStep(dice)),
  moment: (dice) => killCase(dice, signalAtMoment(dice, 'SIGKILL')),
  term: (dice) => killCase(dice, signalAtMoment(dice, 'SIGTERM')),
  fail: failCase,
  damage: damages(toolbox),
  power: powerCuts(toolbox),
  disk: fullDisks(toolbox),
};

/** Every step of one small export in each format. */
function* sweep() {
  for (const kind of KINDS) {
    const setting = {
      ...drawExport(new Dice(options.seed, kind.join()), kind),
      manner: ['--concurrency', '1', '--quiet'],
    };
    let step = 0;
    let steps = 1;
    while (++step <= steps) {
      const killAt = step;
      yield async () => {
        const expected = await whole(setting);
        steps = expected.steps;
        if (killAt > steps) return;
        const out = bench.newFolder();
        await bench.run([...setting.args, ...setting.manner, '--out', out], faulty(out, { killAt }));
        const problem = (await checkMoment(out, expected)) ?? (await finish(setting, out, expected));
        tally.report('sweep', `${setting.args.join(' ')} killed at step ${killAt} of ${steps}`, problem);
      };
      if (steps === 1) steps = 1000;
    }
  }
}

function* byDice() {
  const names = options.attacks.split(',');
  for (let number = 0; number < options.cases; number++) {
    const name = names[number % names.length];
    const dice = new Dice(options.seed, number);
    yield async () => {
      const problem = await attacks[name](dice).catch((error) => String(error.stack ?? error));
      if (problem === 'skipped') return;
      tally.report(name, `(--seed ${options.seed}, case ${number})`, problem);
      if (process.env.CRASH_LOG) appendFileSync(process.env.CRASH_LOG, `${name} ${number}\n`);
    };
  }
}

await workThrough(options.sweep ? sweep() : byDice(), options.workers, options.seconds);
await bench.close();
tally.end();
