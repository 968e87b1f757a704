import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMAND } from '../../cli/run-command.js';
import { compareWorkers, type Engines, loadEngines } from './compare-engines.mjs';
import { randomCase } from './random-case.mjs';
import { answerOf, caseOf, idTable, tableOf } from './table-cases.js';

let engines: Engines;

/** Workers run no TypeScript: these tests are about the build. */
beforeAll(async () => {
  if (!existsSync(COMMAND)) throw new Error('There is no build to test: run "npm run build" first');
  engines = await loadEngines((path) => import(join(COMMAND, '../..', path)));
});

const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));

describe('worker threads make the same as one thread of', () => {
  test('any records of any table, broken attempts between them', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        expect(await compareWorkers(engines, randomCase(seed))).toBeNull();
      }),
      { numRuns: 12 },
    );
  });

  test('many rows, whose bytes fill the blocks that the threads share', async () => {
    expect(await compareWorkers(engines, randomCase(1, 'large'))).toBeNull();
  });

  test('records that fit no column, and records that the reference engine reads', async () => {
    const plan = tableOf('rows', 'object', [
      { name: 'a', type: 'int64', nullable: true, source: 'member', member: 'a' },
    ]);
    const drifting = answerOf('rows', ['{"a":1}', '{"a":"x","b":{"c":[1e400,"\\ud800"]}}']);
    expect(await compareWorkers(engines, caseOf(plan, 'csv', [drifting]))).toBeNull();
    const odd = answerOf('rows', ['{"a":1}', '{"a":1,"a":null}', '{"\\u0061":2}']);
    expect(await compareWorkers(engines, caseOf(plan, 'parquet', [odd], 'gzip'))).toBeNull();
  });

  test('answers that are damaged, behind more bytes than the threads share', async () => {
    const ids = Array.from({ length: 300_000 }, (_, index) => `"v${index}"`);
    const whole = answerOf('ids', ids, [100_000, 2_500_000]);
    for (const end of [200_000, 2_000_000]) {
      const bytes = Buffer.concat([whole.bytes.subarray(0, end), Buffer.from('\u0001x')]);
      expect(
        await compareWorkers(engines, caseOf(idTable('string'), 'ndjson', [{ ...whole, bytes, cuts: [] }])),
      ).toBeNull();
    }
  });
});
