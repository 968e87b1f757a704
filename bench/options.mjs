import { parseArgs } from 'node:util';

/** Resolves the flags: `--rounds`, `--records`, and `--quick` for a run that only shows that everything works. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      records: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: integer('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    records: integer('--records', values.records ?? (values.quick ? '20000' : '200000')),
    isQuick: values.quick,
  };
}

function integer(flag, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`Wrong ${flag} "${text}": give an integer from 1 to 999999999`);
}
