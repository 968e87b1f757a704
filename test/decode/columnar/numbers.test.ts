import { snappyUncompress } from 'hyparquet';
import { expect, test } from 'vitest';
import { readParquetFile, runColumnar } from './compare-engines.mjs';
import { engines } from './engines.js';
import {
  coreDoubles,
  coreSnappy,
  doubleProblem,
  hardNumbers,
  moreNumbers,
  randomBytes,
} from './hard-numbers.mjs';
import { Random } from './random-case.mjs';
import { answerOf, caseOf, idTable } from './table-cases.js';

const seed = Date.now() % 1_000_000_000;
const random = new Random(seed);

test('texts that are hard to round become the doubles that Number() gives', () => {
  const toDouble = coreDoubles(engines);
  for (const text of hardNumbers(random)) {
    const problem = doubleProblem(toDouble, text);
    if (problem !== null) expect.fail(problem);
  }
});

test('texts of random numbers become the doubles that Number() gives', () => {
  const toDouble = coreDoubles(engines);
  for (let i = 0; i < 12_000; i++) {
    for (const text of moreNumbers(random)) {
      const problem = doubleProblem(toDouble, text);
      if (problem !== null) expect.fail(`${problem} (seed ${seed})`);
    }
  }
});

test('integers of 64 bits stay exact', async () => {
  const edges = [0n, 1n, 2n ** 53n, 2n ** 63n].flatMap((edge) => [edge - 1n, edge, edge + 1n]);
  const values = [...edges, ...edges.map((edge) => -edge)].filter(
    (value) => BigInt.asIntN(64, value) === value,
  );
  for (let i = 0; i < 20_000; i++) {
    const bits = (BigInt(random.next()) << 32n) | BigInt(random.next());
    values.push(BigInt.asIntN(random.between(1, 64), bits));
  }
  const test = caseOf(idTable('int64'), 'parquet', [answerOf('ids', values.map(String))]);
  const { files, error } = await runColumnar(engines, test);
  expect(error).toBeNull();
  const { rows } = await readParquetFile(files[0] as Buffer);
  expect(rows.map(([value]) => value)).toEqual(values);
});

test('another reader of Snappy gets every byte back', () => {
  const compress = coreSnappy(engines);
  for (let i = 0; i < 200; i++) {
    const bytes = randomBytes(random, 300_000);
    const back = new Uint8Array(bytes.length);
    snappyUncompress(compress(bytes), back);
    if (!bytes.equals(back)) expect.fail(`${bytes.length} bytes of seed ${seed} came back as others`);
  }
});
