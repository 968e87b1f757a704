import fc from 'fast-check';
import { JsonNumber, JsonObject, type JsonValue } from '../../src/json-value.js';
import { COLUMN_TYPES, type Column, type ColumnType, type Row } from '../../src/model.js';

export interface ArbitraryTable {
  readonly columns: readonly Column[];
  readonly windows: readonly (readonly Row[])[];
}

const trouble = [
  '',
  ',',
  ';',
  '"',
  '""',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\\',
  "'",
  'NULL',
  '=1+1',
  '-1',
  '@a',
  ' a ',
];
const beyondAscii = [
  'é',
  '中文',
  '\uE000',
  '\uFFFF',
  '\u{10000}',
  '\u{1F600}',
  '\uD800',
  '\uDC00',
  '\uFEFFa',
  '\u2028',
];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(...trouble, ...beyondAscii),
  fc.array(fc.constantFrom(...trouble, ...beyondAscii, 'a'), { maxLength: 5 }).map((parts) => parts.join('')),
);

const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
);

/** JavaScript prints large doubles with rounded digits; as JSON they are integers that no double holds. */
const double = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) =>
      Object.is(value, -0) ? '-0.0' : Number.isInteger(value) ? String(BigInt(value)) : String(value),
    ),
  fc.constantFrom('0', '-0', '1.50', '1E5', '0.1e-7', '9007199254740992', '5e-324', '0.30000000000000004441'),
);

const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    text,
    integer.map((value) => new JsonNumber(String(value))),
    double.map((value) => new JsonNumber(value)),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('json')), { maxLength: 3 }).map(
      (members) =>
        new JsonObject(
          members.map(([key]) => key),
          members.map(([, value]) => value),
        ),
    ),
  ),
}));

/** JSON that the platform's own parser and printer give back unchanged. */
const plainJson = fc.constantFrom<JsonValue>(
  'text',
  true,
  new JsonNumber('1.5'),
  ['a', null],
  new JsonObject(['k'], [[]]),
);

function values(type: ColumnType, jsonValues: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  const scalar: Partial<Record<ColumnType, fc.Arbitrary<JsonValue>>> = {
    boolean: fc.boolean(),
    int64: integer.map((value) => new JsonNumber(String(value))),
    double: double.map((value) => new JsonNumber(value)),
    string: text.filter((value) => value.isWellFormed()),
    json: jsonValues.filter((value) => value !== null),
  };
  const own = scalar[type];
  if (own !== undefined) return own;
  const element = values(type.slice('list<'.length, -1) as ColumnType, jsonValues);
  return fc.array(fc.option(element, { freq: 3 }), { maxLength: 20 });
}

function table(
  names: fc.Arbitrary<string>,
  jsonValues: fc.Arbitrary<JsonValue>,
): fc.Arbitrary<ArbitraryTable> {
  const column = fc.record({ name: names, type: fc.constantFrom(...COLUMN_TYPES), nullable: fc.boolean() });
  return fc
    .uniqueArray(column, { minLength: 1, maxLength: 5, selector: ({ name }) => name })
    .chain((columns) => {
      const row = fc.tuple(
        ...columns.map(({ type, nullable }) => {
          const value = values(type, jsonValues);
          return nullable ? fc.option(value, { freq: 3 }) : value;
        }),
      );
      return fc.record({
        columns: fc.constant(columns),
        windows: fc.array(fc.array(row, { maxLength: 25 }), { maxLength: 4 }),
      });
    });
}

const plainNames = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
const hardNames = fc.constantFrom(
  '__proto__',
  'constructor',
  '0',
  '1',
  '10',
  'a.b',
  'a,b',
  '中文',
  '',
  'list',
  'element',
  '=x',
);

/** Readers drop a byte order mark at the start of a name, and lone surrogates would make names equal in UTF-8. */
const anyName = fc
  .oneof(plainNames, hardNames, text)
  .filter((name) => !name.startsWith('\uFEFF') && Buffer.from(name).toString() === name);

/** Any columns with any names, any rows in any windows. */
export const anyTable: fc.Arbitrary<ArbitraryTable> = table(anyName, json);

/** The same with plain names and plain JSON, for a reader that cannot take others. */
export const plainTable: fc.Arbitrary<ArbitraryTable> = table(plainNames, plainJson);
