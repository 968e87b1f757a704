/** Bytes that mean something to JSON, to UTF-8 or to neither. */
const BYTES = [...'{}[]":,\\/-+.eE0123456789tfnu \n\t\r\0\u001f\u007f'].map((char) => char.charCodeAt(0));

/** What a careless reader trips over: names of fields, numbers at edges, escapes, bytes that are no UTF-8. */
const PIECES = [
  '"data"',
  '"outputs"',
  '"status"',
  '"result"',
  '"errors"',
  '"errorCode"',
  '"error_code"',
  '"errorMessage"',
  '"data_offset"',
  '"data_return_size"',
  '"data_total_size"',
  '"path"',
  '"vertices"',
  '"properties"',
  '"source"',
  '"target"',
  '"paths"',
  '"sources"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"length"',
  '"success"',
  '"failed"',
  '"GES.8301"',
  '"can not find job"',
  '""',
  '{}',
  '[]',
  '[[]]',
  '[{}]',
  '{"":{}}',
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '00',
  '1.',
  '.5',
  '1e5',
  '1E+400',
  '1e-400',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '123456789012345678901234567890',
  '"9"',
  '" 1 "',
  '"0x10"',
  '"-1"',
  '"NaN"',
  'NaN',
  'Infinity',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\u12"',
  '"\\x41"',
  '"\\"',
  '"\u{1F600}"',
  '"\uFEFF"',
  '"\u2028"',
  '\uFEFF',
  '// x',
  '/**/',
  ',,',
  '::',
].map((text) => Buffer.from(text));

const NO_UTF8 = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe4, 0xb8],
  [0x80],
].map((bytes) => Buffer.from(bytes));

const MAX_BYTES = 64 * 1024;

const MUTATIONS = [
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, Buffer.from([random.pick(BYTES)])),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Buffer.from([random.pick(BYTES)])),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, Buffer.from([random.below(256)])),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(8), Buffer.alloc(0)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.below(4), random.pick(PIECES)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.pick(NO_UTF8)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  replaceToken,
  replaceToken,
  replaceToken,
  swapTokens,
  repeatRange,
  crossOver,
  nest,
];

/** What mostly leaves JSON behind: only such inputs get to the rows. */
const VALID_MUTATIONS = [
  replaceValue,
  replaceValue,
  replaceValue,
  replaceKey,
  repeatElement,
  swapValues,
  nest,
];

/** Some changes to one input, with pieces of others; a quarter of them keep to JSON. Never longer than 64 KiB. */
export function mutate(bytes, pool, random) {
  const mutations = random.below(4) === 0 ? VALID_MUTATIONS : MUTATIONS;
  let changed = bytes;
  for (let left = 1 + random.below(4); left > 0; left--)
    changed = random.pick(mutations)(changed, random, pool);
  return Buffer.from(changed.subarray(0, MAX_BYTES));
}

function splice(bytes, at, removed, inserted) {
  return Buffer.concat([
    bytes.subarray(0, at),
    inserted,
    bytes.subarray(Math.min(bytes.length, at + removed)),
  ]);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:]/g;
/** Of inputs that are changed again and again. */
const known = new WeakMap();

/** A string, a number, a literal or a bracket: changes to whole ones get further than changes to bytes. */
function tokens(bytes) {
  let found = known.get(bytes);
  if (found === undefined) {
    found = [];
    for (const { 0: token, index } of bytes.toString('latin1').matchAll(TOKEN))
      found.push({ start: index, end: index + token.length, first: token.charCodeAt(0) });
    known.set(bytes, found);
  }
  return found;
}

const [QUOTE, COLON, COMMA] = [...'":,'].map((char) => char.charCodeAt(0));
const BRACKETS = new Set([...'{}[]'].map((char) => char.charCodeAt(0)));

/** A token that is a key, or one that is a value without others in it; null where a few tries find none. */
function pickToken(bytes, random, isKey) {
  const found = tokens(bytes);
  for (let tries = 0; tries < 8 && found.length > 0; tries++) {
    const at = random.below(found.length);
    const { first } = found[at];
    if (BRACKETS.has(first) || first === COMMA || first === COLON) continue;
    if ((first === QUOTE && found[at + 1]?.first === COLON) === isKey) return found[at];
  }
  return null;
}

const isValid = (piece) => {
  try {
    JSON.parse(piece.toString());
    return true;
  } catch {
    return false;
  }
};
const VALUES = PIECES.filter(isValid);
const KEYS = VALUES.filter((piece) => piece[0] === QUOTE);

function replaceValue(bytes, random) {
  const token = pickToken(bytes, random, false);
  return token === null ? bytes : splice(bytes, token.start, token.end - token.start, random.pick(VALUES));
}

function replaceKey(bytes, random) {
  const token = pickToken(bytes, random, true);
  return token === null ? bytes : splice(bytes, token.start, token.end - token.start, random.pick(KEYS));
}

function swapValues(bytes, random) {
  const [one, other] = [pickToken(bytes, random, false), pickToken(bytes, random, false)];
  return one === null || other === null ? bytes : swap(bytes, one, other);
}

/** From one comma to a later one, once more: elements, members, or a part of some. */
function repeatElement(bytes, random) {
  const commas = tokens(bytes).filter(({ first }) => first === COMMA);
  if (commas.length < 2) return bytes;
  const at = random.below(commas.length - 1);
  const later = commas[Math.min(commas.length - 1, at + 1 + random.below(4))];
  const range = bytes.subarray(commas[at].start, later.start);
  const times = random.pick([1, 1, 2, 3, 10]);
  return splice(bytes, commas[at].start, 0, Buffer.concat(Array.from({ length: times }, () => range)));
}

function replaceToken(bytes, random) {
  const found = tokens(bytes);
  if (found.length === 0) return bytes;
  const { start, end } = random.pick(found);
  return splice(bytes, start, end - start, random.pick(PIECES));
}

function swapTokens(bytes, random) {
  const found = tokens(bytes);
  return found.length < 2 ? bytes : swap(bytes, random.pick(found), random.pick(found));
}

function swap(bytes, one, other) {
  const [first, second] = one.start < other.start ? [one, other] : [other, one];
  if (first.end > second.start) return bytes;
  return Buffer.concat([
    bytes.subarray(0, first.start),
    bytes.subarray(second.start, second.end),
    bytes.subarray(first.end, second.start),
    bytes.subarray(first.start, first.end),
    bytes.subarray(second.end),
  ]);
}

function repeatRange(bytes, random) {
  const start = random.below(bytes.length + 1);
  const range = bytes.subarray(start, start + 1 + random.below(64));
  const times = random.below(40) === 0 ? 300 : random.pick([1, 1, 2, 3, 20]);
  return splice(bytes, start, 0, Buffer.concat(Array.from({ length: times }, () => range)));
}

function crossOver(bytes, random, pool) {
  const other = random.pick(pool);
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

/** Around the depths at which decoders refuse, and far beyond. */
const DEEP = [250, 253, 254, 255, 256, 257, 1020, 1024, 1030, 5000];

function nest(bytes, random) {
  const token = pickToken(bytes, random, false);
  if (token === null) return bytes;
  const { start, end } = token;
  const depth = random.pick(random.below(10) === 0 ? DEEP : [1, 2, 3, 10]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"data":', '}'],
  ]);
  const inner = bytes.subarray(start, end).toString('latin1');
  return splice(
    bytes,
    start,
    end - start,
    Buffer.from(open.repeat(depth) + inner + close.repeat(depth), 'latin1'),
  );
}
