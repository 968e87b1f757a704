import { expect, test } from 'vitest';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../../src/json-value.js';
import { parseObject } from '../decode/parse.js';
import { type GoldenCase, goldenCases, inspectAnswer, readGoldenCase } from './golden.js';

/** The same answer as another server would write it. */
type Rewrite = (answer: JsonObject) => JsonObject;

const SIZES = ['data_return_size', 'data_offset', 'data_total_size'];

const REWRITES: Readonly<Record<string, Rewrite>> = {
  'sizes as texts': (answer) => mapSizes(answer, (size) => (size instanceof JsonNumber ? size.text : size)),
  'sizes in data': (answer) => moveSizes(answer, 'data'),
  'sizes at the top level': (answer) => moveSizes(answer, 'root'),
  'members from last to first': (answer) => mapLevels(answer, reversed),
  'outputs spread over data': (answer) => {
    const { data, outputs } = partsOf(answer);
    if (data === null || outputs === null) return answer;
    return withMember(answer, 'data', join(without(data, ['outputs']), outputs));
  },
  'everything at the top level': (answer) => {
    const { data, outputs } = partsOf(answer);
    if (data === null) return answer;
    return join(join(without(answer, ['data']), without(data, ['outputs'])), outputs ?? EMPTY);
  },
};

const EMPTY = new JsonObject([], []);

/** Where the lists say what they are only by the level at which they stand. */
function exceptions(name: string, answer: JsonObject): boolean {
  const { data } = partsOf(answer);
  // Cypher's `data` is a list; a summary has no list and no documented value: outside `data` they say nothing.
  if (name === 'everything at the top level') return data === null || !holdsNamedResult(answer);
  return data === null;
}

function holdsNamedResult(answer: JsonObject): boolean {
  const { data, outputs } = partsOf(answer);
  const members = join(data ?? EMPTY, outputs ?? EMPTY);
  return (
    members.values.some(isJsonArray) ||
    ['closeness', 'link_prediction', 'degree_correlation', 'triangle_count', 'cluster_coefficient'].some(
      (key) => members.get(key) !== undefined,
    )
  );
}

test('null for a list without records: every case gives the same tables', async () => {
  const rewritten: string[] = [];
  for (const caseName of goldenCases) {
    const golden = readGoldenCase(caseName);
    const answer = parseObject(golden.answer.toString());
    const text = stringifyJson(mapLevels(answer, withoutEmptyLists));
    if (text === stringifyJson(answer)) continue;
    rewritten.push(caseName);
    await expectSame(golden, text, caseName);
  }
  expect(rewritten).toEqual(
    expect.arrayContaining([
      'edge-betweenness-empty',
      'pagerank-empty',
      'shortest-path-none',
      'temporal-bfs-empty',
    ]),
  );
});

function withoutEmptyLists({ keys, values }: JsonObject): JsonObject {
  return new JsonObject(
    keys,
    values.map((value) => (isJsonArray(value) && value.length === 0 ? null : value)),
  );
}

test.each(Object.entries(REWRITES))('%s: every case gives the same tables', async (name, rewrite) => {
  let rewritten = 0;
  for (const caseName of goldenCases) {
    const golden = readGoldenCase(caseName);
    const answer = parseObject(golden.answer.toString());
    if (exceptions(name, answer)) continue;
    const text = stringifyJson(rewrite(answer));
    if (text === stringifyJson(answer)) continue;
    rewritten++;
    await expectSame(golden, text, caseName);
  }
  expect(rewritten).toBeGreaterThan(30);
});

test('white space between all tokens changes nothing', async () => {
  for (const caseName of goldenCases) {
    const golden = readGoldenCase(caseName);
    await expectSame(golden, spaced(parseObject(golden.answer.toString())), caseName);
  }
});

async function expectSame(golden: GoldenCase, text: string, caseName: string): Promise<void> {
  const rewritten = { answer: Buffer.from(text), schema: golden.schema };
  expect(await reportOf(rewritten), caseName).toEqual(await reportOf(golden));
}

/** Tables with their cells by column name: which of several scalars comes first is no part of a row. */
async function reportOf(answer: Pick<GoldenCase, 'answer' | 'schema'>) {
  const { status, total, scalars, tables } = await inspectAnswer(answer);
  const named = tables.map(({ name, columns, rows }) => ({
    name,
    columns: columns.map((column) => JSON.stringify(column)).sort(),
    rows: rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index]?.name, cell]))),
  }));
  return { status, total, scalars, tables: named.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function partsOf(answer: JsonObject) {
  const data = answer.get('data');
  const outputs = data instanceof JsonObject ? data.get('outputs') : undefined;
  return {
    data: data instanceof JsonObject ? data : null,
    outputs: outputs instanceof JsonObject ? outputs : null,
  };
}

/** Changes the object at each level that is no record: the top level, `data`, `data.outputs`. */
function mapLevels(answer: JsonObject, change: (level: JsonObject) => JsonObject): JsonObject {
  const { data, outputs } = partsOf(answer);
  if (data === null) return change(answer);
  const inner = outputs === null ? data : withMember(data, 'outputs', change(outputs));
  return change(withMember(answer, 'data', change(inner)));
}

function mapSizes(answer: JsonObject, change: (size: JsonValue) => JsonValue): JsonObject {
  return mapLevels(
    answer,
    (level) =>
      new JsonObject(
        level.keys,
        level.keys.map((key, index) => {
          const value = level.values[index] as JsonValue;
          return SIZES.includes(key) ? change(value) : value;
        }),
      ),
  );
}

function moveSizes(answer: JsonObject, place: 'data' | 'root'): JsonObject {
  const { data, outputs } = partsOf(answer);
  if (data === null || outputs === null) return answer;
  const kept = outputs.keys.filter((key) => !SIZES.includes(key));
  const sizes = without(outputs, kept);
  const rest = withMember(data, 'outputs', without(outputs, SIZES));
  if (place === 'data') return withMember(answer, 'data', join(sizes, rest));
  return join(withMember(answer, 'data', rest), sizes);
}

function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  return new JsonObject(
    object.keys,
    object.keys.map((key, index) => (key === name ? value : (object.values[index] as JsonValue))),
  );
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  const kept = object.keys.flatMap((key, index) =>
    names.includes(key) ? [] : [[key, object.values[index] as JsonValue] as const],
  );
  return new JsonObject(
    kept.map(([key]) => key),
    kept.map(([, value]) => value),
  );
}

function join(a: JsonObject, b: JsonObject): JsonObject {
  return new JsonObject([...a.keys, ...b.keys], [...a.values, ...b.values]);
}

function reversed(object: JsonObject): JsonObject {
  return new JsonObject(object.keys.toReversed(), object.values.toReversed());
}

function spaced(value: JsonValue): string {
  const gap = ' \n\t\r ';
  if (isJsonArray(value)) return `${gap}[${gap}${value.map(spaced).join(`${gap},${gap}`)}${gap}]${gap}`;
  if (!(value instanceof JsonObject)) return stringifyJson(value);
  const members = value.keys.map(
    (key, index) => `${JSON.stringify(key)}${gap}:${gap}${spaced(value.values[index] as JsonValue)}`,
  );
  return `${gap}{${gap}${members.join(`${gap},${gap}`)}${gap}}${gap}`;
}
