import fc from 'fast-check';

/** One JSON value in two spellings: as `stringifyJson` writes it, and as some server might. */
export interface Spelled {
  readonly compact: string;
  readonly spelled: string;
}

const gap = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');

const TROUBLE = [
  '',
  '__proto__',
  'constructor',
  '0',
  '10',
  'data',
  '\0',
  '\u001f',
  '\u007f',
  '"',
  '\\',
  '\\u0041',
  '/',
  '\b\f\n\r\t',
  'é',
  '中',
  '\ufeff',
  '\u2028\u2029',
  '\uffff',
  '😀',
  '\ud800',
  '\udc00',
  '\udc00\ud800',
  '[{]},:',
];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.array(fc.constantFrom(...TROUBLE), { maxLength: 3 }).map((parts) => parts.join('')),
);

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeUnits(character: string, upper: boolean): string {
  return [...Array(character.length).keys()]
    .map((index) => {
      const hex = character.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    })
    .join('');
}

/** A string with each character raw, as a short escape or as `\u` escapes, where JSON and UTF-8 allow it. */
const string: fc.Arbitrary<Spelled> = fc
  .tuple(text, fc.infiniteStream(fc.nat({ max: 5 })))
  .map(([value, choices]) => {
    let spelled = '"';
    for (const character of value) {
      const choice = choices.next().value;
      const isLone = /^[\ud800-\udfff]$/.test(character);
      const mayBeRaw = !isLone && character >= ' ' && character !== '"' && character !== '\\';
      if (choice === 0 || (!mayBeRaw && SHORT[character] === undefined)) {
        spelled += escapeUnits(character, choice > 2);
      } else if (!mayBeRaw || choice === 1) spelled += SHORT[character] ?? character;
      else spelled += character;
    }
    return { compact: JSON.stringify(value), spelled: `${spelled}"` };
  });

const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,25})$/);

const number: fc.Arbitrary<Spelled> = fc
  .oneof(
    fc.constantFrom('-0', '0.10', '1E+2', '1e-400', '1e999', '9223372036854775808', '-9007199254740993'),
    fc
      .tuple(
        fc.constantFrom('', '-'),
        digits,
        fc.constantFrom('', '.0', '.250', '.3333333333333333'),
        fc.constantFrom('', 'e5', 'E-07', 'e+00'),
      )
      .map((parts) => parts.join('')),
  )
  .map((spelled) => ({ compact: spelled, spelled }));

const literal: fc.Arbitrary<Spelled> = fc
  .constantFrom('null', 'true', 'false')
  .map((spelled) => ({ compact: spelled, spelled }));

function wrap(open: string, close: string, items: readonly Spelled[], emptyGap: string): Spelled {
  return {
    compact: `${open}${items.map((item) => item.compact).join(',')}${close}`,
    spelled: `${open}${items.length === 0 ? emptyGap : ''}${items.map((item) => item.spelled).join(',')}${close}`,
  };
}

const member = (value: fc.Arbitrary<Spelled>) =>
  fc.tuple(gap, string, gap, gap, value, gap).map(([g1, key, g2, g3, item, g4]) => ({
    compact: `${key.compact}:${item.compact}`,
    spelled: `${g1}${key.spelled}${g2}:${g3}${item.spelled}${g4}`,
  }));

const element = (value: fc.Arbitrary<Spelled>) =>
  fc.tuple(gap, value, gap).map(([before, item, after]) => ({
    compact: item.compact,
    spelled: `${before}${item.spelled}${after}`,
  }));

const { value, object } = fc.letrec<{ value: Spelled; array: Spelled; object: Spelled }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    string,
    number,
    literal,
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(fc.array(element(tie('value')), { maxLength: 4 }), gap)
    .map(([items, emptyGap]) => wrap('[', ']', items, emptyGap)),
  object: fc
    .tuple(fc.array(member(tie('value')), { maxLength: 4 }), gap)
    .map(([items, emptyGap]) => wrap('{', '}', items, emptyGap)),
}));

/** Any JSON value: odd numbers and strings, repeated and dangerous keys, white space wherever it may stand. */
export const jsonValue = value;

/** Any JSON object. */
export const jsonObject = object;

/** Elements for a JSON array, with the white space around each. */
export const jsonElements = fc.array(element(value), { maxLength: 6 });

/** Some bytes cut into chunks, at any border, with empty chunks among them. */
export function cutAnywhere(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}
