import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowReader } from '../../src/decode/reference/row-reader.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../../src/json-value.js';
import { RECORD_SHAPES, type RecordShape, type Row } from '../../src/model.js';
import { planColumns } from '../../src/tables/plan-columns.js';
import { withOverflow } from '../../src/tables/plan-tables.js';

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, '', 'a', '10', '中', '\ud800'),
  fc
    .constantFrom('0', '-0', '7', '1.50', '1e3', '9007199254740993', '9223372036854775808', '1e999')
    .map((text) => new JsonNumber(text)),
);

const anything = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    objectOf(tie('value'), ['a', 'b', '__proto__', 'source', '5']),
  ),
})).value;

function objectOf(value: fc.Arbitrary<JsonValue>, keys: readonly string[]): fc.Arbitrary<JsonValue> {
  return fc.array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 5 }).map(
    (members) =>
      new JsonObject(
        members.map(([key]) => key),
        members.map(([, item]) => item),
      ),
  );
}

const lists = fc.array(scalar, { maxLength: 4 });
const properties = objectOf(fc.oneof(lists, scalar, anything), ['age', 'tags', 'id', '_overflow']);
const element = objectOf(fc.oneof(scalar, anything), ['source', 'target', 'index', 'weight']);

/** Records that nearly have the shape: repeated members, wrong types, missing parts. */
const LIKE: Readonly<Record<RecordShape, fc.Arbitrary<JsonValue>>> = {
  keyed: objectOf(fc.oneof(scalar, lists), ['46', 'a', '\ud800', '__proto__']),
  'keyed-object': objectOf(fc.oneof(element, scalar), ['46', 'a']),
  id: scalar,
  path: lists,
  'path-long': fc.oneof(lists, fc.array(anything, { maxLength: 3 })),
  'path-group': fc
    .tuple(element, fc.array(fc.oneof(lists, anything), { maxLength: 3 }), fc.boolean())
    .map(([record, paths, isTwice]) => withMembers(record, 'paths', isTwice ? [paths, paths] : [paths])),
  'edge-circle': fc.array(fc.oneof(element, anything), { maxLength: 3 }),
  element: fc
    .tuple(objectOf(fc.oneof(scalar, anything), ['id', 'label', 'x']), fc.array(properties, { maxLength: 2 }))
    .map(([record, given]) => withMembers(record, 'properties', given)),
  object: element,
  json: anything,
};

function withMembers(record: JsonValue, key: string, values: readonly JsonValue[]): JsonValue {
  if (!(record instanceof JsonObject)) return record;
  return new JsonObject([...record.keys, ...values.map(() => key)], [...record.values, ...values]);
}

/** Every text, number and boolean in a value, ids that are keys of the record included. */
function scalarsIn(value: JsonValue, found: string[] = []): string[] {
  if (value === null) return found;
  if (isJsonArray(value)) for (const item of value) scalarsIn(item, found);
  else if (value instanceof JsonObject) for (const item of value.values) scalarsIn(item, found);
  else found.push(stringifyJson(value));
  return found;
}

/** Half of a surrogate pair has no form in UTF-8. */
function isUtf8Text(cell: JsonValue): boolean {
  if (isJsonArray(cell)) return cell.every(isUtf8Text);
  return typeof cell !== 'string' || cell.isWellFormed();
}

function idsIn(record: JsonValue, shape: RecordShape): string[] {
  const isKeyed = shape === 'keyed' || shape === 'keyed-object';
  return isKeyed && record instanceof JsonObject ? record.keys.map((key) => JSON.stringify(key)) : [];
}

function counts(texts: readonly string[]): Map<string, number> {
  const map = new Map<string, number>();
  for (const text of texts) map.set(text, (map.get(text) ?? 0) + 1);
  return map;
}

test.each(RECORD_SHAPES)('%s: every scalar of every record is found in some cell', (shape) => {
  const record = fc.oneof({ weight: 4, arbitrary: LIKE[shape] }, { weight: 1, arbitrary: anything });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 4 }), record, (samples, read) => {
      const columns = planColumns(shape, { key: 'things', records: samples, isWhole: false }, null);
      expect(new Set(columns.map((column) => column.name)).size).toBe(columns.length);
      const bare = { name: 't', folder: 't', feed: 'elements', list: 't', shape, columns } as const;
      const plan = columns.some((column) => column.source === 'overflow') ? bare : withOverflow(bare);
      const rows: Row[] = [];
      const reader = createRowReader(plan, (drift) => {
        throw new Error(`drift: ${stringifyJson(drift.misfits)}`);
      });
      reader.read(read, 0, rows);
      for (const row of rows) {
        expect(row).toHaveLength(plan.columns.length);
        const holes = plan.columns.filter(({ nullable }, index) => !nullable && row[index] === null);
        expect(holes, `columns without nulls of ${stringifyJson(read)}`).toEqual([]);
        const texts = row.filter((cell, index) => plan.columns[index]?.type !== 'json' && cell !== null);
        expect(texts.every(isUtf8Text), `half pairs in text of ${stringifyJson(read)}`).toBe(true);
      }
      const ids = plan.columns.some((column) => column.source === 'key') ? idsIn(read, shape) : [];
      const inCells = counts(rows.flatMap((row) => scalarsIn(row)));
      for (const [text, count] of counts([...scalarsIn(read), ...ids])) {
        expect(inCells.get(text) ?? 0, `${text} of ${stringifyJson(read)}`).toBeGreaterThanOrEqual(count);
      }
    }),
    { numRuns: 500 },
  );
});
