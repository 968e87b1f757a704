// Number texts that are hard to round, and the core's results for them. Plain JavaScript, see random-case.mjs.
import { randomNumber } from './random-case.mjs';

const bits = new DataView(new ArrayBuffer(8));

function fromBits(value) {
  bits.setBigUint64(0, value);
  return bits.getFloat64(0);
}

function toBits(value) {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0);
}

/**
 * The worst cases of Paxson and Kahan, "A Program for Testing IEEE Decimal-Binary Conversion" (1991), tables 1 to 4,
 * and others that parsers are known to have stumbled over.
 */
const KNOWN = (
  '5e-324 2.4703282292062327e-324 2.4703282292062328e-324 2.2250738585072011e-308 2.2250738585072012e-308 ' +
  '2.2250738585072014e-308 1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 1.8e308 1e23 8.5e22 ' +
  '1e22 1e21 9007199254740991 9007199254740992 9007199254740993 9007199254740994 9007199254740995 ' +
  '9007199254740992.5 9007199254740993.0 9007199254740993.00000000000000000001 18446744073709551615 ' +
  '18446744073709551616 18446744073709551616.0 1.8446744073709551616 36893488147419103232 0.18446744073709551616e20 ' +
  '9223372036854775807 9223372036854775808 9999999999999999999 10000000000000000000 99999999999999999999 ' +
  '5e-20 67e14 985e15 7693e-42 55895e-16 996622e-44 7038531e-32 60419369e-46 702990899e-20 6930161142e-48 ' +
  '25933168707e13 596428896559e20 3e-23 57e18 789e-35 2539e-18 76173e28 887745e-11 5382571e-37 82381273e35 ' +
  '750486563e-38 3752432815e-39 75224575729e-45 459926601011e15 7e-27 37e-29 743e-18 7861e-33 46073e-30 774497e-34 ' +
  '8184513e-33 89842219e-28 449211095e-29 8128913627e-40 87365670181e-18 436828350905e-19 5569902441849e-49 ' +
  '60101945175297e-32 754205928904091e-51 5930988018823113e-37 51417459976130695e-27 826224659167966417e-41 ' +
  '9612793100620708287e-57 93219542812847969081e-39 544579064588249633923e-48 4985301935905831716201e-48 ' +
  '9e26 79e-8 393e26 9171e-40 56257e-16 281285e-17 4691113e-43 29994057e-15 834548641e-46 1058695771e-47 ' +
  '87365670181e-18 872580695561e-36 6638060417081e-51 88473759402752e-52 412413848938563e-27 5592117679628511e-48 ' +
  '83881765194427665e-50 638632866154697279e-35 3624461315401357483e-53 75831386216699428651e-30 ' +
  '356645068918103229683e-42 7022835002724438581513e-33 ' +
  '1090544144181609348671888949248 1090544144181609348835077142190 9214843084008499 30078505129381147446200 ' +
  '1777820000000000000001 0.500000000000000166533453693773481063544750213623046875 7.2057594037927933e16 ' +
  '6.9294956446009195e15 1.448997445238699 0.30000000000000004 0.1 0.2 0.3 1.1 2.2 3.3 ' +
  '1.00000000000000011102230246251565404236316680908203125 ' +
  '1.00000000000000011102230246251565404236316680908203124 ' +
  '1.00000000000000011102230246251565404236316680908203126 ' +
  '0e999999999 0.0e-999999999 0.000e400 -0 -0.0 -0e5 1e999999999 1e-999999999 1e100001 1e-100001 ' +
  `0.${'0'.repeat(400)}1e401 1${'0'.repeat(400)}e-400 ${'9'.repeat(310)} 0.${'9'.repeat(30)} 1e00000000000000000000005`
).split(' ');

/** The exact decimal text of a positive double, and of the point half-way to the next one. */
function exactTexts(value) {
  const encoded = toBits(value);
  const exponent = Number(encoded >> 52n) || 1;
  const fraction = (encoded & 0xf_ffff_ffff_ffffn) | (encoded >> 52n === 0n ? 0n : 1n << 52n);
  // Twice the fraction, plus one for the half-way point, times 2^power.
  const power = exponent - 1023 - 52 - 1;
  return [fraction * 2n, fraction * 2n + 1n].map((scaled) =>
    power >= 0 ? String(scaled << BigInt(power)) : fractionText(scaled * 5n ** BigInt(-power), -power),
  );
}

function fractionText(digits, places) {
  const text = String(digits).padStart(places + 1, '0');
  return `${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** The same value written with `count` significant digits, cut off, and with the last digit one more. */
function cutTexts(text, count) {
  const digits = text.replace('.', '').replace(/^0+/, '');
  const places = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
  if (digits.length <= count) return [];
  const head = BigInt(digits.slice(0, count));
  const exponent = digits.length - count - places;
  return [`${head}e${exponent}`, `${head + 1n}e${exponent}`];
}

/** Texts around a double: itself, its neighbours, the points half-way to them, exact and cut. */
function* around(random, value) {
  if (!Number.isFinite(value) || value === 0) return;
  const [exact, half] = exactTexts(Math.abs(value));
  yield exact;
  yield half;
  yield half.includes('.') ? `${half}1` : `${half}.1`;
  yield `${half}${half.includes('.') ? '' : '.'}${'0'.repeat(random.below(30))}1`;
  for (const count of [16, 17, 18, 19, 20, 21]) {
    yield* cutTexts(half, count);
    yield* cutTexts(exact, count);
  }
  yield String(value);
  yield value.toPrecision(17).replace('e+', 'e');
}

/** Hard cases that are the same each time. */
export function* hardNumbers(random) {
  yield* KNOWN;
  for (const text of KNOWN) if (!text.startsWith('-')) yield `-${text}`;
  for (let power = -1074; power <= 1023; power++) {
    const value = 2 ** power;
    for (const step of [-1n, 0n, 1n]) yield* around(random, fromBits(toBits(value) + step));
  }
  for (let power = -324; power <= 308; power++) {
    const value = Number(`1e${power}`);
    yield `1e${power}`;
    yield `9.999999999999999e${power}`;
    if (value !== 0) for (const step of [-1n, 0n, 1n]) yield* around(random, fromBits(toBits(value) + step));
  }
  for (let exponent = -345; exponent <= 310; exponent++) {
    for (const mantissa of [
      '1',
      '9007199254740991',
      '9007199254740993',
      '9999999999999999999',
      '18446744073709551615',
    ])
      yield `${mantissa}e${exponent}`;
  }
}

/** One more text, at random. */
export function* moreNumbers(random) {
  switch (random.below(4)) {
    case 0:
      yield* around(random, fromBits((BigInt(random.next()) << 32n) | BigInt(random.next())));
      break;
    case 1: {
      let mantissa = String(random.between(1, 9));
      const length = random.between(14, 19);
      while (mantissa.length < length) mantissa += random.below(10);
      yield `${mantissa}e${random.between(-345, 310)}`;
      break;
    }
    case 2:
      yield* around(random, Number(`${random.below(1000)}.${random.below(1_000_000)}`));
      break;
    default:
      yield randomNumber(random);
  }
}

/** Gives the core's doubles; numbers of up to a few thousand digits. */
export function coreDoubles(engines) {
  const core = new engines.Core();
  core.loadPowers();
  const start = core.keep(Buffer.alloc(8192));
  return (text) => {
    // What comes after the number must not matter.
    core.bytes.latin1Write(`${text}5`, start);
    return core.call.toDouble(start, start + text.length);
  };
}

/** @returns what is wrong with a text, null if nothing is */
export function doubleProblem(toDouble, text) {
  const [ours, expected] = [toDouble(text), Number(text)];
  return Object.is(ours, expected) ? null : `${text}: ${ours} where Number() gives ${expected}`;
}

/** Compresses bytes with the core's Snappy. */
export function coreSnappy(engines) {
  const core = new engines.Core();
  core.call.open(2, 1, 0, 0);
  const start = core.keep(Buffer.alloc(400_000));
  return (bytes) => {
    core.bytes.set(bytes, start);
    core.call.outBase.value = start;
    core.call.outPos.value = start + bytes.length;
    core.call.packOutput();
    return core.copy(core.call.packedStart.value, core.call.packedEnd.value);
  };
}

/** Bytes of all kinds between random and repetitive. */
export function randomBytes(random, greatest) {
  const length = random.pick([
    0,
    1,
    3,
    15,
    16,
    17,
    59,
    60,
    61,
    64,
    255,
    256,
    257,
    65535,
    65536,
    65537,
    random.below(greatest),
    random.below(greatest),
  ]);
  const bytes = Buffer.alloc(length);
  const letters = random.pick([1, 2, 4, 30, 256]);
  for (let at = 0; at < length; ) {
    const run = random.pick([1, 4, 11, 12, 60, 64, 65, 67, 68, 100, 1000]);
    const back =
      random.chance(0.6) && at > 0
        ? random.between(1, Math.min(at, random.pick([1, 4, 8, 2047, 2048, 70_000])))
        : 0;
    for (let i = 0; i < run && at < length; i++, at++)
      bytes[at] = back > 0 ? bytes[at - back] : random.below(letters);
  }
  return bytes;
}
