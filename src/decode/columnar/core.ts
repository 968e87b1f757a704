import { PageError } from '../../errors.js';
import { CORE_BASE64 } from './core-bytes.js';

/** What the compiled core exports (core/index.ts); addresses and lengths are u32. */
interface CoreExports {
  readonly memory: WebAssembly.Memory;
  readonly inPos: WebAssembly.Global;
  readonly inEnd: WebAssembly.Global;
  readonly recordEnd: WebAssembly.Global;
  readonly lastStart: WebAssembly.Global;
  readonly lastEnd: WebAssembly.Global;
  readonly records: WebAssembly.Global;
  readonly expected: WebAssembly.Global;
  readonly outBase: WebAssembly.Global;
  readonly outPos: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  readonly runs: WebAssembly.Global;
  readonly packedStart: WebAssembly.Global;
  readonly packedEnd: WebAssembly.Global;
  readonly minStart: WebAssembly.Global;
  readonly minLength: WebAssembly.Global;
  readonly maxStart: WebAssembly.Global;
  readonly maxLength: WebAssembly.Global;
  start(): void;
  allocate(bytes: number): number;
  setPowers(address: number): void;
  toDouble(start: number, end: number): number;
  open(format: number, written: number, columns: number, members: number, properties: number): void;
  setPartitions(most: number): void;
  setColumn(index: number, type: number, nullable: number, prefix: number, prefixLength: number): void;
  setMember(index: number, column: number, text: number, length: number): void;
  setProperty(index: number, column: number, text: number, length: number): void;
  setShape(shape: number, key: number, value: number, offset: number, position: number): void;
  setCsv(
    delimiter: number,
    delimiterLength: number,
    nullText: number,
    nullLength: number,
    crlf: number,
    escapeFormulas: number,
    isPlainSafe: number,
  ): void;
  reserveInput(bytes: number): number;
  commitInput(bytes: number): void;
  clearInput(): void;
  beginList(offsetLow: number, offsetHigh: number): void;
  run(most: number): number;
  skipRecord(): void;
  reserveCells(bytes: number): number;
  writeCells(bytes: number): number;
  clearOutput(): void;
  clearRows(): void;
  beginDealing(): void;
  dealOutput(): number;
  keyOf(partition: number): number;
  partitionCount(): number;
  markPartitions(): void;
  rollbackPartitions(): void;
  beginRowGroup(): void;
  mark(): void;
  rollback(): void;
  hasOpenPage(): number;
  hasDictionary(column: number): number;
  distinctOf(column: number): number;
  entriesOf(column: number): number;
  valuesOf(column: number): number;
  makePage(column: number): void;
  makeDictionary(column: number): void;
  beginPages(): void;
  reservePage(bytes: number): number;
  beginUnpackPage(column: number, bytes: number, entries: number): void;
  unpackPage(column: number): number;
  packOutput(): void;
  boundsOfPage(column: number): number;
  boundsOfDictionary(column: number): number;
}

/** What `run()` comes back with. */
export const RUN = {
  needInput: 0,
  listEnd: 1,
  hostRecord: 2,
  unexpected: 3,
  enough: 4,
} as const;

/** What `expected` says may come next in the list. */
export const EXPECTED = { recordOrEnd: 0, record: 1, commaOrEnd: 2 } as const;

let compiled: WebAssembly.Module | null = null;
let powers: BigUint64Array | null = null;

/** One instance of the core, with a memory of its own. */
export class Core {
  readonly call: CoreExports;
  #bytes: Buffer;

  /** @param takeFull called in the middle of `run` and `writeCells` when the output, or the open pages, are full */
  constructor(takeFull: () => void = () => {}) {
    compiled ??= new WebAssembly.Module(Buffer.from(CORE_BASE64, 'base64'));
    const host = {
      parseDouble: (start: number, end: number) => Number(this.text(start, end)),
      outOfMemory,
      takeFull,
    };
    this.call = new WebAssembly.Instance(compiled, { host }).exports as unknown as CoreExports;
    this.#bytes = Buffer.from(this.call.memory.buffer);
    this.call.start();
  }

  /** The linear memory. A view goes stale when the core grows, so none is kept over a call. */
  get bytes(): Buffer {
    if (this.#bytes.buffer !== this.call.memory.buffer) this.#bytes = Buffer.from(this.call.memory.buffer);
    return this.#bytes;
  }

  /** Bytes of linear memory. */
  get size(): number {
    return this.call.memory.buffer.byteLength;
  }

  text(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }

  /** A copy that outlives the next call. */
  copy(start: number, end: number): Buffer {
    const copy = Buffer.allocUnsafeSlow(end - start);
    this.bytes.copy(copy, 0, start, end);
    return copy;
  }

  /** Puts bytes where they stay; gives their address. */
  keep(bytes: Uint8Array): number {
    const address = this.call.allocate(bytes.length) >>> 0;
    this.bytes.set(bytes, address);
    return address;
  }

  /** Needed before numbers become doubles. */
  loadPowers(): void {
    powers ??= powersOfFive();
    this.call.setPowers(this.keep(new Uint8Array(powers.buffer)));
  }
}

/** WebAssembly ends at 4 GiB, and a record is held several times: as it came, and as it is written. */
function outOfMemory(): never {
  throw new PageError(
    'PAGE_INVALID',
    'A record is too long for the columnar engine: use --engine reference, or ask for smaller pages',
    { retryable: false },
  );
}

const LEAST_POWER = -342;
const GREATEST_POWER = 308;
const BITS_128 = 1n << 128n;

/**
 * The upper and lower 64 bits of 5^q for q from -342 to 308, the first bit set: powers that are not whole are rounded
 * up, whole ones cut off (Lemire, "Number parsing at a gigabyte per second", 2021, section 5 and appendix B).
 */
function powersOfFive(): BigUint64Array {
  const table = new BigUint64Array((GREATEST_POWER - LEAST_POWER + 1) * 2);
  for (let q = LEAST_POWER; q <= GREATEST_POWER; q++) {
    const power = q < 0 ? inversePower(5n ** BigInt(-q), q) : wholePower(5n ** BigInt(q));
    table[(q - LEAST_POWER) * 2] = power >> 64n;
    table[(q - LEAST_POWER) * 2 + 1] = power & 0xffff_ffff_ffff_ffffn;
  }
  return table;
}

function wholePower(power: bigint): bigint {
  const bits = power.toString(2).length;
  return bits <= 128 ? power << BigInt(128 - bits) : power >> BigInt(bits - 128);
}

function inversePower(power: bigint, q: number): bigint {
  const bits = BigInt(power.toString(2).length);
  // Small inverses are used as exact reciprocals, so their bits are counted off at once.
  const shift = q >= -27 ? bits + 127n : 2n * bits + 128n;
  let inverse = (1n << shift) / power + 1n;
  while (inverse >= BITS_128) inverse >>= 1n;
  return inverse;
}
