import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { readEnvelope } from '../../dist/client/envelope.js';
import { judgeError } from '../../dist/client/error-table.js';
import { createRowReader } from '../../dist/decode/reference/row-reader.js';
import { ERROR_CODES, GesExportError } from '../../dist/errors.js';
import { isJsonArray, JsonNumber, JsonObject, stringifyJson } from '../../dist/json-value.js';
import { planTables, readScalars, withOverflow } from '../../dist/tables/plan-tables.js';
import { loadEngines } from '../decode/columnar/compare-engines.mjs';
import { EnginePairs } from './engine-pair.mjs';

const engines = await loadEngines((path) => import(new URL(`../../dist/${path}`, import.meta.url).href));
const pairs = new EnginePairs(engines);

/** What no input may do. */
class Finding extends Error {}

function claim(holds, message) {
  if (!holds) throw new Finding(message);
}

/**
 * Decodes one input with every decoder, compares what they say with JSON.parse and with each other, reads the
 * envelope, turns the records into rows, and compares the files of both engines.
 *
 * @returns `way`, a short text that is the same for inputs that go the same way, null for what is no answer; whether
 * the columnar engine was asked too
 * @throws anything, when the input does what none may
 */
export async function checkInput(bytes, decoders, random) {
  const expected = oracle(bytes);
  const outcomes = [];
  for (const decoder of decoders) {
    const outcome = await outcomeOf(decoder, bytes, random);
    checkAgainstOracle(decoder.name, outcome, expected, bytes);
    outcomes.push(outcome);
  }
  const [first, ...others] = outcomes;
  for (const [index, other] of others.entries()) {
    const names = `${decoders[0].name} and ${decoders[index + 1].name}`;
    claim((first.body === null) === (other.body === null), `${names} disagree on whether it is an answer`);
    if (first.body !== null) claim(isDeepStrictEqual(first.texts, other.texts), `${names} read other values`);
  }
  const seen =
    first.body === null ? await checkDamaged(bytes, first, random) : await checkAnswer(bytes, first, random);
  for (const { body } of outcomes) body?.release();
  return seen;
}

/** What is damaged was something once: both engines must refuse it in the same words, whatever is expected. */
async function checkDamaged(bytes, first, random) {
  const way = first.error.message.replace(/\d+/g, 'N').replace(/"."/, '"?"');
  if (lastPair !== null) await checkEngines(bytes, first, random, 'damaged');
  return { way, isAnswer: false, isCompared: lastPair !== null };
}

async function checkAnswer(bytes, first, random) {
  const { plans, shapes } = checkRows(first);
  const way = [checkEnvelope(first.body), ...new Set(shapes.sort())].join(' ');
  const taken = plans.filter((plan) => plan.feed !== 'scalars' && engines.takesTable(plan));
  const isCompared = taken.length > 0 && !hasRepeatedKeys(first.body);
  if (isCompared) {
    const format = random.pick(FORMATS);
    // Two thirds of those that need engines of their own go to the last ones instead: answers that are not as planned.
    const isOwn = lastPair === null || pairs.has(taken, format) || random.below(3) === 0;
    if (isOwn) lastPair = pairs.of(taken, format);
    await checkEngines(bytes, first, random, isOwn ? undefined : 'planned otherwise');
  }
  return { way, isAnswer: true, isCompared };
}

/** A Parquet file takes ten times as long to write and to read. */
const FORMATS = ['ndjson', 'ndjson', 'csv', 'csv', 'parquet'];

/** The engines for the tables of the last answer that got some. */
let lastPair = null;

/** Both engines write the tables of an answer, cut into chunks anywhere, or refuse it alike. */
async function checkEngines(bytes, reference, random, damage) {
  const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
  const problem = await lastPair.compare(bytes, cuts, reference, damage);
  claim(problem === null, `the engines disagree (${lastPair.format}): ${problem}`);
}

/** What JSON.parse makes of it: the value of a JSON object, or null. */
function oracle(bytes) {
  if (!isUtf8(bytes)) return null;
  try {
    const value = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : null;
  } catch {
    return null;
  }
}

async function outcomeOf({ name, ...decoder }, bytes, random) {
  const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
  let body;
  try {
    body = await decoder.decode(
      chunksOf(bytes.subarray(0, cuts[0]), bytes.subarray(cuts[0], cuts[1]), bytes.subarray(cuts[1])),
    );
  } catch (error) {
    const isTyped = error instanceof GesExportError && error.code === 'PAGE_INVALID';
    if (!isTyped) throw new Finding(`${name} throws ${error}`, { cause: error });
    const { byteOffset } = error.details;
    claim(
      byteOffset >= 0 && byteOffset <= bytes.length,
      `${name} names byte ${byteOffset}: ${error.message}`,
    );
    return { body: null, error };
  }
  const records = body.lists.map((list) => [...list.batches()].flat());
  return { body, records, texts: textOf(body, records), error: null };
}

async function* chunksOf(...chunks) {
  yield* chunks;
}

function checkAgainstOracle(name, { body, error, texts, records }, expected, bytes) {
  if (body === null) {
    const isTooMuch = /nesting deeper than|no result of GES does/.test(error.message);
    claim(expected === null || isTooMuch, `${name} refuses what JSON.parse takes: ${error.message}`);
    return;
  }
  claim(expected !== null, `${name} takes what JSON.parse refuses`);
  claim(body.bytes === bytes.length, `${name} read ${body.bytes} of ${bytes.length} bytes`);
  const { envelope, lists } = texts;
  const numbers = [];
  numbersIn(body.envelope, numbers);
  numbersIn(records, numbers);
  claim(
    isDeepStrictEqual(numbers.sort(), numberTexts(bytes).sort()),
    `${name} does not keep the digits of the numbers`,
  );
  // JSON.parse keeps the last of repeated members only: of such answers it cannot judge the values.
  if (hasRepeatedKeys(body)) return;
  const rest = structuredClone(expected.value);
  const found = [];
  for (const parent of [rest, rest.data, rest.data?.outputs]) {
    if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) break;
    for (const [key, value] of Object.entries(parent)) {
      if (!Array.isArray(value)) continue;
      found.push(JSON.stringify([key, value]));
      delete parent[key];
    }
  }
  const seen = lists.map(([key, records]) => JSON.stringify([key, records.map((text) => JSON.parse(text))]));
  claim(isDeepStrictEqual(seen.sort(), found.sort()), `${name} reads other records than JSON.parse`);
  claim(
    isDeepStrictEqual(JSON.parse(envelope), rest),
    `${name} reads another envelope than JSON.parse: ${envelope}`,
  );
}

/** Everything that a decoder says, as plain data that can be compared. */
function textOf(body, records) {
  return {
    envelope: stringifyJson(body.envelope),
    lists: body.lists.map((list, index) => {
      const { length } = records[index];
      claim(length === list.count, `a list counts ${list.count} and gives ${length} records`);
      return [list.key, records[index].map(stringifyJson), list.digest(0, list.count)];
    }),
  };
}

function numbersIn(value, found) {
  if (value instanceof JsonNumber) found.push(value.text);
  else if (value instanceof JsonObject) for (const item of value.values) numbersIn(item, found);
  else if (isJsonArray(value)) for (const item of value) numbersIn(item, found);
}

function numberTexts(bytes) {
  const found = bytes.toString('utf8').match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs) ?? [];
  return found.filter((token) => !token.startsWith('"'));
}

function hasRepeatedKeys({ envelope, lists }) {
  const keys = [...lists.map(({ key }) => key)];
  for (let parent = envelope, level = 0; parent instanceof JsonObject; level++) {
    keys.push(...parent.keys);
    parent = parent.get(['data', 'outputs'][level] ?? '\0none');
    if (level > 2) break;
  }
  return new Set(keys).size < keys.length;
}

function checkEnvelope(body) {
  let envelope;
  try {
    envelope = readEnvelope(body.envelope, { listed: firstError(body), clean: (text) => text });
  } catch (error) {
    if (error instanceof GesExportError && error.code === 'PAGE_INVALID') return error.message;
    throw new Finding(`the envelope throws ${error}`, { cause: error });
  }
  for (const name of ['offset', 'declared', 'total']) {
    const value = envelope[name];
    claim(value === null || (Number.isSafeInteger(value) && value >= 0), `${name} is ${value}`);
  }
  for (const name of ['statusWord', 'errorCode', 'errorMessage']) {
    const value = envelope[name];
    claim(
      value === null || (typeof value === 'string' && value.length <= 1000),
      `${name} is ${typeof value}`,
    );
  }
  const { code } = judgeError(400, envelope.errorCode, envelope.errorMessage, envelope.hasFailed);
  claim(Object.hasOwn(ERROR_CODES, code), `the error is judged ${code}`);
  return `${envelope.status} ${envelope.errorCode === null} ${code}`;
}

function firstError({ lists }) {
  for (const list of lists) {
    if (list.key !== 'errors') continue;
    for (const [first] of list.batches()) return first instanceof JsonObject ? first : undefined;
  }
  return undefined;
}

/**
 * Plans tables from the records themselves, as an export would, and reads every record into rows.
 *
 * @returns the plans, and the shape of each
 */
function checkRows({ body, records: lists }) {
  const scalars = readScalars(body);
  const samples = body.lists.map(({ key }, index) => ({ key, records: lists[index], isWhole: true }));
  const plans = planTables(samples, scalars, null, { paths: 'list', raw: false });
  const shapes = plans.map((plan) => {
    claim(/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(plan.folder), `a table has the folder ${plan.folder}`);
    const names = plan.columns.map(({ name }) => name);
    claim(new Set(names).size === names.length, 'two columns have one name');
    const wide = names.includes('_overflow') ? plan : withOverflow(plan);
    const reader = createRowReader(wide, ({ misfits }) => {
      throw new Finding(`no column takes ${stringifyJson(misfits)}`);
    });
    const rows = [];
    const records =
      plan.feed === 'scalars' ? [scalars] : (samples.find(({ key }) => key === plan.list)?.records ?? []);
    for (const [offset, record] of records.entries()) reader.read(record, offset, rows);
    for (const row of rows) claim(row.length === wide.columns.length, `a row has ${row.length} cells`);
    return plan.shape;
  });
  return { plans, shapes };
}
