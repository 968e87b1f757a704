import { parseArgs } from 'node:util';
import { CONTENDERS } from './contenders.mjs';
import { JOBS } from './jobs.mjs';

const NAMES = CONTENDERS.map(({ name }) => name);

/**
 * Resolves the flags:
 *
 * - `--rounds <n>`: default 5
 * - `--records <n>`: of a job; slow contenders get a part of them, as `share` in contenders.mjs says, and runs for the
 *   targets more, as `SIZES` in plan.mjs says
 * - `--only <contender,…>`, `--kinds <kind,…>`: leave the others out
 * - `--quick`: small, one round: shows that everything works
 *
 * Only a whole run, with none of them but `--rounds` and `--records`, replaces docs/benchmarks.md.
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      records: { type: 'string' },
      only: { type: 'string' },
      kinds: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: integer('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    records: integer('--records', values.records ?? (values.quick ? '20000' : '300000')),
    only: names('--only', values.only, NAMES),
    kinds: names('--kinds', values.kinds, Object.keys(JOBS)),
    isWhole: !values.quick && values.only === undefined && values.kinds === undefined,
  };
}

function integer(flag, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`Wrong ${flag} "${text}": give an integer from 1 to 999999999`);
}

function names(flag, text, known) {
  if (text === undefined) return known;
  const given = text.split(',');
  const wrong = given.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`Wrong ${flag} "${wrong}": give some of ${known.join(',')}`);
  return given;
}
