// Random tables, records and answers for the comparison of the two engines. Plain JavaScript, so that the test suite
// and test/services/fuzz-engines.mjs, which runs without a compiler, share it. One seed gives one case.
import * as zlib from 'node:zlib';

/** A generator of 32-bit numbers (Marsaglia, "Xorshift RNGs", 2003, with a mixed seed). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x5bd1e995) | 0 || 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** An integer from 0 to 2^32 - 1. */
  next() {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return Math.imul(state, 0x9e3779b1) >>> 0;
  }

  /** An integer from 0 to `count - 1`. */
  below(count) {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  /** An integer from `least` to `greatest`. */
  between(least, greatest) {
    return least + this.below(greatest - least + 1);
  }

  chance(share) {
    return this.next() / 2 ** 32 < share;
  }

  pick(items) {
    return items[this.below(items.length)];
  }

  list(least, greatest, make) {
    return Array.from({ length: this.between(least, greatest) }, (_, index) => make(index));
  }

  shuffled(items) {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }
}

const SHAPES = [
  'keyed',
  'keyed',
  'keyed-object',
  'id',
  'path',
  'path-long',
  'path-group',
  'edge-circle',
  'object',
  'element',
  'element',
];
const SCALARS = ['string', 'string', 'int64', 'double', 'boolean'];
const TYPES = [
  ...SCALARS,
  ...SCALARS,
  'json',
  'list<string>',
  'list<int64>',
  'list<double>',
  'list<boolean>',
];

const NAMES = [
  'a',
  'b',
  'id',
  'label',
  'name',
  'source',
  'target',
  'index',
  'a_rather_long_name_of_a_property',
  'exactly15chars_',
  'exactly16chars__',
  'exactly17chars___',
  'exactly16charsXX',
  '中文',
  '',
  '"',
  '\\',
  'a"b',
  'a/b',
  'a,b',
  'a.b',
  '\n',
  '\u0000',
  '\u007f',
  '\u2028',
  '😀',
  '__proto__',
  '0',
  '=x',
  'data',
  'list',
  'element',
];

/** Names that every reader of Parquet takes. */
const PLAIN_NAMES = NAMES.filter((name) => /^[a-z][a-z0-9_]*$/.test(name));

const TEXTS = [
  '',
  ' ',
  ',',
  ';',
  '"',
  '""',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u0001',
  '\b\f\n\r\t',
  '\u001f',
  '\u007f',
  '\\',
  '\\u0041',
  '\\"',
  '/',
  "'",
  'NULL',
  'null',
  '\\N',
  '0',
  '-',
  '1',
  'e',
  'true',
  '=1+1',
  '+1',
  '-1',
  '@a',
  'é',
  '中文',
  '点',
  '\ufeff',
  '\u2028\u2029',
  '\uE000',
  '\uFFFF',
  '\u{10000}',
  '😀',
  '\u{10ffff}',
  '\ud800',
  '\udc00',
  '\udc00\ud800',
  '\ud83d\ud83d\ude00',
  '[{]},:',
  '[1,2]',
  '{"a":1}',
  '§',
  '→',
  '0123456789abcde',
  '0123456789abcdef',
  '0123456789abcdef0',
];

const INTEGERS = [
  '0',
  '-0',
  '1',
  '-1',
  '42',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '999999999999999',
  '1000000000000000',
  '999999999999999999',
  '1000000000000000000',
  '-9223372036854775808',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '9999999999999999999',
  '10000000000000000000',
  '18446744073709551615',
  '18446744073709551616',
  '36893488147419103232',
  '123456789012345678901234567890',
];

/** Those before it are within 64 bits. */
const FIRST_MISFIT = INTEGERS.indexOf('9223372036854775808');

const FRACTIONS = [
  '0.0',
  '-0.0',
  '-0e0',
  '0.1',
  '0.30000000000000004',
  '1.5',
  '1E5',
  '1e+5',
  '1e-7',
  '1e22',
  '1e23',
  '1E400',
  '-1E400',
  '1e-400',
  '4.9e-324',
  '2.4703282292062327e-324',
  '2.4703282292062328e-324',
  '2.2250738585072011e-308',
  '1.7976931348623157e308',
  '1.7976931348623159e308',
  '9007199254740993.0',
  '9007199254740992.5',
  '18446744073709551616.0',
  '1.8446744073709551616',
  '0.000000000000000000000000000000000000001',
  '123456789.12345678901234567890123456789',
  '1e0000000000000000000005',
  '1e-0000000000000000000005',
  '0e999999999999',
  '1e-999999999999',
  '0.500000000000000166533453693773481063544750213623046875',
];

/** JSON text from the case's own ways of writing: white space, escapes, order. */
class Writer {
  constructor(random) {
    this.random = random;
    /** `none`, `pretty` (constant) or `wild` white space. */
    this.space = random.pick(['none', 'none', 'pretty', 'wild', 'some']);
    this.escapes = random.pick([0, 0, 0.02, 0.5]);
    this.depth = 1;
  }

  gap() {
    const { random } = this;
    switch (this.space) {
      case 'none':
        return '';
      case 'pretty':
        return ' ';
      case 'some':
        return random.chance(0.1) ? random.pick([' ', '\n', '\t', '\r\n', '          \n          ']) : '';
      default:
        return random.chance(0.5)
          ? random.pick([' ', '  ', '\n', '\t', '\r\n', '\n                    ', ' \t\r\n '])
          : '';
    }
  }

  line() {
    return this.space === 'pretty' ? `\n${'  '.repeat(this.depth)}` : this.gap();
  }

  text(value) {
    const { random } = this;
    let text = '"';
    for (const character of value) {
      const code = character.codePointAt(0);
      const isLone = code >= 0xd800 && code <= 0xdfff;
      if (isLone || code < 0x20 || character === '"' || character === '\\' || random.chance(this.escapes))
        text += this.#escape(character);
      else text += character;
    }
    return `${text}"`;
  }

  #escape(character) {
    const short = { '"': '\\"', '\\': '\\\\', '/': '\\/', '\b': '\\b', '\f': '\\f' };
    Object.assign(short, { '\n': '\\n', '\r': '\\r', '\t': '\\t' });
    if (Object.hasOwn(short, character) && this.random.chance(0.7)) return short[character];
    let text = '';
    for (let i = 0; i < character.length; i++) {
      const hex = character.charCodeAt(i).toString(16).padStart(4, '0');
      text += `\\u${this.random.chance(0.5) ? hex.toUpperCase() : hex}`;
    }
    return text;
  }

  list(texts) {
    if (texts.length === 0) return `[${this.gap()}]`;
    this.depth++;
    const inner = texts.map((text) => `${this.line()}${text}${this.gap()}`).join(',');
    this.depth--;
    return `[${inner}${this.line()}]`;
  }

  /** @param members pairs of a key and the text of its value */
  object(members) {
    if (members.length === 0) return `{${this.gap()}}`;
    this.depth++;
    const inner = members
      .map(([key, text]) => `${this.line()}${this.text(key)}${this.gap()}:${this.gap()}${text}${this.gap()}`)
      .join(',');
    this.depth--;
    return `{${inner}${this.line()}}`;
  }
}

/** Values of a table's records, as JSON text. */
class Values {
  constructor(random, writer, habits) {
    this.random = random;
    this.writer = writer;
    this.habits = habits;
  }

  text() {
    const { random, habits } = this;
    if (random.chance(habits.longTexts)) {
      const length = random.pick([15, 16, 17, 63, 64, 65, 300, 1100, 5000]);
      return random.pick(TEXTS).repeat(length).slice(0, length);
    }
    if (random.chance(habits.hugeTexts)) {
      const length = random.pick([70_000, 300_000, 1_200_000]);
      return `${random.pick(TEXTS)}${random.pick(['a', '"', '中', ',', 'ab\n'])}`
        .repeat(length)
        .slice(0, length);
    }
    if (random.chance(0.4))
      return `${random.pick(['v', 'Vivian', 'id-', '用户'])}${random.below(habits.distinct)}`;
    if (random.chance(0.5)) return random.pick(TEXTS);
    return random.list(0, 4, () => random.pick([...TEXTS, 'a', 'bc'])).join('');
  }

  integer() {
    const { random } = this;
    if (random.chance(0.2)) return random.pick(INTEGERS.slice(0, FIRST_MISFIT));
    if (random.chance(0.5)) return String(random.below(1000) - 500);
    const digits = random.between(1, 18);
    let text = random.chance(0.3) ? '-' : '';
    text += random.between(1, 9);
    for (let i = 1; i < digits; i++) text += random.below(10);
    return text;
  }

  double() {
    if (!this.habits.isStrict) return this.#anyNumber();
    for (;;) {
      const text = this.#anyNumber();
      if (Number.isFinite(Number(text)) && (text.length <= 15 || /[.eE]/.test(text))) return text;
    }
  }

  #anyNumber() {
    const { random } = this;
    if (random.chance(0.15)) return random.pick(FRACTIONS);
    if (random.chance(0.1)) return random.pick(INTEGERS);
    if (random.chance(0.5)) return String(random.next() / 2 ** 32);
    return randomNumber(random);
  }

  scalar(type) {
    switch (type) {
      case 'string':
        return this.writer.text(this.text());
      case 'int64':
        return this.integer();
      case 'double':
        return this.double();
      default:
        return this.random.pick(['true', 'false']);
    }
  }

  /** A value that the type holds, mostly. */
  fitting(type) {
    const { random } = this;
    if (random.chance(this.habits.nulls)) return 'null';
    if (type === 'json') return this.any(2);
    if (!type.startsWith('list<')) return this.scalar(type);
    const element = type.slice(5, -1);
    const count = random.chance(0.02) ? 300 : random.below(5);
    return this.writer.list(
      Array.from({ length: count }, () => (random.chance(0.1) ? 'null' : this.scalar(element))),
    );
  }

  of(type) {
    return this.random.chance(this.habits.drift) ? this.any(2) : this.fitting(type);
  }

  /** Any value. */
  any(depth) {
    const { random, writer } = this;
    const kind = random.below(depth > 0 ? 9 : 6);
    if (kind === 0) return random.pick(['null', 'true', 'false']);
    if (kind === 1) return random.pick([...INTEGERS, ...FRACTIONS]);
    if (kind < 4) return writer.text(this.text());
    if (kind === 4) return this.integer();
    if (kind === 5) return random.pick(['[]', '{}', '[null]', '[[]]', '[{}]']);
    if (kind < 8) return writer.list(random.list(0, 3, () => this.any(depth - 1)));
    return writer.object(random.list(0, 3, () => [random.pick(NAMES), this.any(depth - 1)]));
  }

  /** A property, which comes as an array, or as Cypher gives it. */
  property(type) {
    const { random, writer } = this;
    if (random.chance(this.habits.drift)) return this.any(2);
    if (random.chance(0.1)) return random.pick(['[]', '[null]', 'null', '[ ]', '[ null ]']);
    const value = this.fitting(type);
    if (type.startsWith('list<')) return random.chance(0.05) ? this.scalar(type.slice(5, -1)) : value;
    if (random.chance(this.habits.drift)) return writer.list([value, this.fitting(type)]);
    return random.chance(0.2) ? value : writer.list([value]);
  }
}

/** Text of a number: of 1 to 25 digits, a point anywhere, an exponent or none. */
export function randomNumber(random) {
  let digits = String(random.between(1, 9));
  for (let i = random.below(random.pick([4, 17, 20, 25])); i > 0; i--) digits += random.below(10);
  const point = random.below(digits.length + 1);
  let text = digits;
  if (point > 0 && point < digits.length) text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  else if (point === 0) text = `0.${'0'.repeat(random.chance(0.1) ? random.below(30) : 0)}${digits}`;
  if (random.chance(0.4)) {
    const exponent = random.below(random.pick([10, 40, 330]));
    text += `${random.pick(['e', 'E'])}${random.pick(['', '+', '-', '-'])}${exponent}`;
  }
  return random.chance(0.2) ? `-${text}` : text;
}

// ---- tables ---------------------------------------------------------------------------------------------------

/** @returns a plan that `takesTable` takes */
function randomPlan(random, list, isWide, allNames) {
  const shape = random.pick(SHAPES);
  const hasOverflow = random.chance(0.6);
  const type = random.pick(TYPES.filter((name) => name !== 'json'));
  const value = (name, valueType) => ({ name, type: valueType, nullable: true, source: 'value' });
  const key = (keyType) => ({ name: 'vertex_id', type: keyType, nullable: hasOverflow, source: 'key' });
  const counted = (name, source, nullable) => ({ name, type: 'int64', nullable, source });
  const names = random.shuffled(allNames);
  if (isWide) for (let i = 0; i < 40; i++) names.push(`column_${i}`);
  const members = (least, greatest, source = 'member') =>
    names.splice(0, random.between(least, isWide ? 40 : greatest)).map((member) => ({
      name: member,
      type: random.pick(TYPES),
      nullable: true,
      source,
      member,
    }));
  const listType = `list<${random.pick(SCALARS)}>`;
  let columns;
  switch (shape) {
    case 'keyed':
      columns = [key('string'), value('value', type)];
      break;
    case 'keyed-object':
      columns = [key('string'), ...members(1, 4)];
      break;
    case 'id':
      columns = [key(random.pick(['string', 'string', 'int64', 'double']))];
      break;
    case 'path':
      columns = [counted('path_id', 'record-offset', false), value('vertices', listType)];
      break;
    case 'path-long':
      columns = [
        counted('path_id', 'record-offset', false),
        counted('position', 'position', hasOverflow),
        value('vertex_id', random.pick(SCALARS)),
      ];
      break;
    case 'path-group':
      columns = [...members(1, 2), counted('path_id', 'position', true), value('vertices', listType)];
      break;
    case 'edge-circle':
      columns = [
        counted('circle_id', 'record-offset', false),
        counted('position', 'position', hasOverflow),
        ...members(1, 4),
      ];
      break;
    case 'object':
      columns = members(1, 6);
      break;
    default:
      columns = [...members(1, 4), ...members(0, 5, 'property')];
  }
  const taken = new Set();
  columns = columns.map((column) => {
    let { name } = column;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    return { ...column, name };
  });
  if (hasOverflow) columns.push({ name: '_overflow', type: 'json', nullable: true, source: 'overflow' });
  return { name: list, folder: list, feed: 'elements', list, shape, columns };
}

/** Some tables get partitions, by up to three of the columns that can deal rows out. */
function withPartition(random, plan) {
  const names = plan.columns
    .filter(({ type }) => ['string', 'int64', 'boolean'].includes(type))
    .map(({ name }) => name);
  const most = Math.min(3, names.length, plan.columns.length - 1);
  if (most < 1 || random.chance(0.6)) return plan;
  return { ...plan, partitionBy: random.shuffled(names).slice(0, random.between(1, most)) };
}

/** Writes random records of one table. */
class Records {
  constructor(random, plan, writer, habits) {
    this.random = random;
    this.plan = plan;
    this.writer = writer;
    this.habits = habits;
    this.values = new Values(random, writer, habits);
    this.members = plan.columns.filter((column) => column.source === 'member');
    this.properties = plan.columns.filter((column) => column.source === 'property');
    this.value = plan.columns.find((column) => column.source === 'value');
    this.key = plan.columns.find((column) => column.source === 'key');
  }

  record() {
    const { random, values } = this;
    if (random.chance(this.habits.drift / 4)) return values.any(3);
    switch (this.plan.shape) {
      case 'keyed':
        return this.#entries(() => values.of(this.value.type));
      case 'keyed-object':
        return this.#entries(() => this.writer.object(this.#pairs(this.members)));
      case 'id':
        return this.habits.isStrict ? values.scalar(this.key.type) : values.of(this.key.type);
      case 'path':
        return values.of(this.value.type);
      case 'path-long':
        return this.writer.list(random.list(0, 5, () => values.of(this.value.type)));
      case 'path-group':
        return this.#group();
      case 'edge-circle':
        return this.writer.list(random.list(0, 4, () => this.writer.object(this.#pairs(this.members))));
      case 'object':
        return this.writer.object(this.#pairs(this.members));
      default:
        return this.#element();
    }
  }

  #entries(value) {
    const { random, habits } = this;
    const count = random.chance(habits.drift) ? random.pick([0, 2, 3]) : random.chance(0.05) ? 3 : 1;
    return this.writer.object(Array.from({ length: count }, () => [this.values.text(), value()]));
  }

  #pairs(columns, isProperty = false) {
    const { random, habits, values } = this;
    const pairs = columns
      .filter(() => !random.chance(habits.missing))
      .map(({ member, type }) => [member, isProperty ? values.property(type) : values.of(type)]);
    if (random.chance(habits.drift / 2)) pairs.push([random.pick(NAMES), values.any(2)]);
    if (random.chance(habits.drift / 2) && columns.length > 0) {
      const { member, type } = random.pick(columns);
      pairs.push([member, values.of(type)]);
    }
    return random.chance(habits.shuffle) ? random.shuffled(pairs) : pairs;
  }

  #group() {
    const { random, values, writer } = this;
    const pairs = this.#pairs(this.members);
    const paths = writer.list(random.list(0, 4, () => values.of(this.value.type)));
    if (!random.chance(this.habits.drift / 2)) pairs.push(['paths', paths]);
    if (random.chance(this.habits.drift / 2)) pairs.push(['paths', values.any(2)]);
    return writer.object(random.chance(this.habits.shuffle) ? random.shuffled(pairs) : pairs);
  }

  #element() {
    const { random, values, writer } = this;
    const pairs = this.#pairs(this.members);
    const drifts = random.chance(this.habits.drift / 2);
    const properties = drifts ? values.any(2) : writer.object(this.#pairs(this.properties, true));
    if (!random.chance(this.habits.missing / 4)) pairs.push(['properties', properties]);
    if (random.chance(this.habits.drift / 4)) pairs.push(['properties', values.any(2)]);
    return writer.object(random.chance(this.habits.shuffle) ? random.shuffled(pairs) : pairs);
  }
}

// ---- answers --------------------------------------------------------------------------------------------------

/** What may stand around the lists, and looks like them. */
const BESIDE = [
  ['errorMessage', '""'],
  ['status', '"success"'],
  ['data_offset', '0'],
  ['data_return_size', '3'],
  ['x', 'null'],
  ['n', '{"vertices":[{"id":"no"}],"data":[1]}'],
  ['deep', '[[{"edges":[1,2,{"a":[]}]}]]'],
  ['lookalike', '"\\"vertices\\":[{\\"id\\":1}]"'],
  ['sources', '["a","b"]'],
  ['empty', '[]'],
  ['e\\\\', '"\\\\"'],
  ['brackets', '"]}[{"'],
  ['rows', '{"rows":[1]}'],
  ['number', '-1.5E+3'],
  ['中', '"文"'],
];

/** @param lists pairs of a list's key and its text */
function envelope(random, writer, lists) {
  const beside = () => random.list(0, 2, () => random.pick(BESIDE));
  const level = random.below(3);
  const shown = (pairs) => {
    const members = pairs.map(
      ([key, text]) =>
        `${writer.line()}${random.chance(0.05) ? spellKey(key) : JSON.stringify(key)}${writer.gap()}:${writer.gap()}${text}${writer.gap()}`,
    );
    return `{${members.join(',')}${writer.gap()}}`;
  };
  const around = (pairs) => [...beside(), ...pairs.flatMap((pair) => [pair, ...beside()])];
  let text = shown(around(lists));
  if (level >= 1) text = shown(around([[level === 2 ? 'outputs' : 'data', text]]));
  if (level === 2) text = shown(around([['data', text]]));
  return `${writer.gap()}${text}${writer.gap()}`;
}

function spellKey(key) {
  const first = key.charCodeAt(0).toString(16).padStart(4, '0');
  return key === '' ? '""' : `"\\u${first}${JSON.stringify(key.slice(1)).slice(1)}`;
}

/** Where the text is cut into chunks. */
function randomCuts(random, length) {
  switch (random.below(5)) {
    case 0:
      return [];
    case 1:
      return length <= 20_000 ? Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1) : [];
    case 2: {
      const step = random.pick([1024, 4096, 16384, 65536]);
      return Array.from({ length: Math.floor(length / step) }, (_, index) => (index + 1) * step);
    }
    default:
      // Two equal cuts make an empty chunk.
      return random.list(1, 12, () => random.between(0, length)).sort((a, b) => a - b);
  }
}

function randomCsv(random) {
  const delimiter = random.chance(0.5)
    ? ','
    : random.pick([
        ';',
        '\t',
        '|',
        ' ',
        '1',
        'e',
        '-',
        '.',
        ':',
        '[',
        '{',
        "'",
        '§',
        'é',
        '中',
        '→',
        '\0',
        '\u2028',
        'n',
      ]);
  const nullText = random.chance(0.5)
    ? ''
    : random.pick(['NULL', 'null', '0', '-', '\\N', '[]', 'true', '1', '中', "'"]);
  return {
    delimiter,
    nullText: nullText.includes(delimiter) ? '' : nullText,
    crlf: random.chance(0.3),
    bom: random.chance(0.2),
    escapeFormulas: random.chance(0.3),
  };
}

/**
 * A case: tables, options, and windows of answers.
 *
 * @param size `small`, `large` (many rows) or `long` (long records)
 */
export function randomCase(seed, size = 'small') {
  const random = new Random(seed);
  const isLarge = size === 'large';
  const format = random.pick(['csv', 'ndjson', 'parquet', 'parquet']);
  const lists = random.chance(0.15)
    ? ['vertices', 'edges']
    : [random.pick(['rows', 'vertices', 'communities', '中"x'])];
  const isWide = random.chance(0.1);
  const names = random.chance(0.3) ? PLAIN_NAMES : NAMES;
  // Partitions have dice of their own: the same seed gives the same records with and without them.
  const dealing = new Random(seed ^ 0x7a17);
  const plans = lists.map((list) => withPartition(dealing, randomPlan(random, list, isWide, names)));
  const habits = {
    drift: random.pick([0, 0, 0, 0.01, 0.1, 0.4]) * (isLarge ? 0.01 : 1),
    nulls: random.pick([0, 0.02, 0.3]),
    missing: random.pick([0, 0, 0.05, 0.3]),
    shuffle: random.pick([0, 0, 0.1, 1]),
    distinct: random.pick([2, 20, 1000, 1_000_000_000]),
    longTexts: random.pick([0, 0.01, 0.1]) * (isLarge ? 0.02 : 1),
    hugeTexts: size === 'long' ? 0.05 : 0,
  };
  // Without a column for what does not fit, a misfit ends the case.
  habits.isStrict =
    plans.some((plan) => !plan.columns.some(({ source }) => source === 'overflow')) && random.chance(0.8);
  if (habits.isStrict) habits.drift = 0;
  const writer = new Writer(random);
  if (isLarge && random.chance(0.7)) writer.space = 'none';
  const sources = plans.map((plan) => new Records(random, plan, writer, habits));
  let offset = random.pick([0, 0, 100_000, 4_294_967_290, 9_007_199_254_000_000]);
  const windows = random.list(1, isLarge ? 2 : 3, () => ({
    answers: random.list(1, 3, () => {
      const count = recordCount(random, size);
      const texts = sources.map((source) => recordTexts(random, source, count, isLarge));
      const answer = {
        offset,
        limit: 100_000,
        lists: lists.map((key, index) => [key, texts[index]]),
        ...render(random, writer, lists, texts),
        /** Attempts that break off at these bytes come first. */
        breaks: [],
      };
      if (random.chance(0.3)) answer.breaks = random.list(1, 2, () => random.between(0, answer.bytes.length));
      offset += Math.max(count, 1);
      return answer;
    }),
  }));
  return {
    seed,
    size,
    format,
    compression: format === 'parquet' ? random.pick(CODECS) : 'none',
    csv: randomCsv(random),
    plans,
    windows,
  };
}

/** What this Node can write. */
const CODECS = ['none', 'snappy', 'gzip', ...('zstdCompress' in zlib ? ['zstd'] : [])];

function recordCount(random, size) {
  if (size === 'large') return random.pick([100, 7000, 12_000, 25_000]);
  return size === 'long' ? random.between(1, 8) : random.pick([0, 1, 2, 5, 30]);
}

/** Many records are drawn from a few hundred texts, with some of their own between. */
function recordTexts(random, source, count, isLarge) {
  if (!isLarge) return Array.from({ length: count }, () => source.record());
  const pool = Array.from({ length: 400 }, () => source.record());
  return Array.from({ length: count }, () => (random.chance(0.3) ? source.record() : random.pick(pool)));
}

function render(random, writer, lists, texts) {
  writer.depth = 1;
  const pairs = lists.map((key, index) => [key, writer.list(texts[index])]);
  if (random.chance(0.05)) pairs.push([lists[0], '[ ]']);
  const bytes = Buffer.from(envelope(random, writer, random.chance(0.5) ? pairs : random.shuffled(pairs)));
  return { bytes, cuts: randomCuts(random, bytes.length) };
}

// ---- damage ---------------------------------------------------------------------------------------------------

const DAMAGES = [
  'truncate',
  'flip',
  'insert',
  'remove',
  'replace',
  'trailing',
  'utf8',
  'control',
  'escape',
  'literal',
  'bracket',
  'depth',
];
const PIECES = ['"', '\\', '[', ']', '{', '}', ',', ':', '0', '1', '-', '.', 'e', 't', 'n', ' ', '\n', 'x'];
const BAD_UTF8 = [
  [0x80],
  [0xff],
  [0xc0, 0xaf],
  [0xc3],
  [0xe4, 0xb8],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf5, 0x80],
];

/** The bytes of an answer with one damage, which may turn out to be none. */
export function damaged(seed, bytes) {
  const random = new Random(seed);
  const kind = random.pick(DAMAGES);
  const at = random.below(bytes.length + 1);
  const put = (from, to, ...piece) =>
    Buffer.concat([bytes.subarray(0, from), ...piece.map((part) => Buffer.from(part)), bytes.subarray(to)]);
  const after = (pattern) => {
    const found = bytes.indexOf(pattern, at);
    return found < 0 ? bytes.indexOf(pattern) : found;
  };
  const behind = after('"') + 1;
  const cuts = randomCuts(random, bytes.length);
  const made = () => {
    switch (kind) {
      case 'truncate':
        return bytes.subarray(0, at);
      case 'flip': {
        const copy = Buffer.from(bytes);
        if (at < copy.length) copy[at] ^= 1 << random.below(8);
        return copy;
      }
      case 'insert':
        return put(at, at, random.pick(PIECES));
      case 'remove':
        return put(at, Math.min(bytes.length, at + random.pick([1, 1, 2, 5])));
      case 'replace':
        return put(at, Math.min(bytes.length, at + 1), random.pick(PIECES));
      case 'trailing':
        return put(bytes.length, bytes.length, random.pick(['x', '{}', ',', ']', '\0', ' \n', '"', '[]']));
      case 'utf8': {
        const from = random.chance(0.5) ? behind : at;
        return put(from, from, random.pick(BAD_UTF8));
      }
      case 'control':
        return put(behind, behind, String.fromCharCode(random.below(0x20)));
      case 'escape':
        return put(
          behind,
          behind,
          random.pick(['\\x', '\\u12g4', '\\u', '\\U0041', '\\', '\\u004', '\\\n', "\\'"]),
        );
      case 'literal': {
        const literal = random.pick([
          'nul',
          'True',
          'NaN',
          'Infinity',
          '01',
          '1.',
          '.5',
          '+1',
          '-',
          '1e',
          '--1',
          'nulll',
          "''",
          '0x1',
          '00',
          '-01',
          '1.e5',
          '1e+',
        ]);
        const colon = after(':') + 1;
        return put(colon, colon + random.below(2), literal);
      }
      case 'bracket': {
        const open = after(random.pick(['[', ']', '{', '}']));
        return put(
          Math.max(0, open),
          Math.max(0, open) + 1,
          random.pick(['', '[', ']', '{', '}', ',', '[[', '}}']),
        );
      }
      default: {
        const depth = random.pick([252, 253, 254, 255, 256, 257, 300, 5000]);
        const open = random.pick(['[', '{"a":']);
        const value = `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`;
        const colon = after(':') + 1;
        return put(
          colon,
          colon,
          random.chance(0.3) ? open.repeat(depth) : `${value}${random.pick([',', ''])}`,
        );
      }
    }
  };
  return { kind, bytes: made(), cuts };
}
