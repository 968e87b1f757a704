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

/** Some changes to one input, with pieces of others. Never longer than 64 KiB. */
export function mutate(bytes, pool, random) {
  let changed = bytes;
  for (let left = 1 + random.below(4); left > 0; left--)
    changed = random.pick(MUTATIONS)(changed, random, pool);
  return Buffer.from(changed.subarray(0, MAX_BYTES));
}

function splice(bytes, at, removed, inserted) {
  return Buffer.concat([
    bytes.subarray(0, at),
    inserted,
    bytes.subarray(Math.min(bytes.length, at + removed)),
  ]);
}

/** A string, a number, a literal or a bracket: changes to whole ones get further than changes to bytes. */
function tokens(bytes) {
  const text = bytes.toString('latin1');
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:]/g)].map(({ 0: token, index }) => ({
    start: index,
    end: index + token.length,
  }));
}

function replaceToken(bytes, random) {
  const found = tokens(bytes);
  if (found.length === 0) return bytes;
  const { start, end } = random.pick(found);
  return splice(bytes, start, end - start, random.pick(PIECES));
}

function swapTokens(bytes, random) {
  const found = tokens(bytes);
  if (found.length < 2) return bytes;
  const [first, second] = [random.pick(found), random.pick(found)].sort((a, b) => a.start - b.start);
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
  const times = random.pick([1, 1, 2, 3, 20, 300]);
  return splice(bytes, start, 0, Buffer.concat(Array.from({ length: times }, () => range)));
}

function crossOver(bytes, random, pool) {
  const other = random.pick(pool);
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function nest(bytes, random) {
  const found = tokens(bytes);
  if (found.length === 0) return bytes;
  const { start, end } = random.pick(found);
  const depth = random.pick([1, 2, 3, 10, 256, 1020, 1024, 1030, 5000]);
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
