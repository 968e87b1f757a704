/**
 * SHA-256 (FIPS 180-4) whose state can be saved and gone on with in another process, which `node:crypto` cannot.
 * Why not a package: docs/decisions/0007-object-store-parts.md.
 */
export class ResumableSha256 {
  readonly #state = Int32Array.from(INITIAL);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #bytes = 0;

  /** @param saved of `save()` */
  static resume(saved: string): ResumableSha256 {
    const bytes = Buffer.from(saved, 'base64');
    if (bytes.length !== SAVED_BYTES) throw new RangeError('not a saved SHA-256');
    const hash = new ResumableSha256();
    for (let i = 0; i < 8; i++) hash.#state[i] = bytes.readInt32BE(i * 4);
    hash.#bytes = Number(bytes.readBigUInt64BE(32));
    hash.#block.set(bytes.subarray(40));
    return hash;
  }

  /** Base64 of the eight words, the number of bytes so far and the last, unfinished block. */
  save(): string {
    const saved = Buffer.alloc(SAVED_BYTES);
    this.#state.forEach((word, i) => {
      saved.writeInt32BE(word, i * 4);
    });
    saved.writeBigUInt64BE(BigInt(this.#bytes), 32);
    saved.set(this.#block.subarray(0, this.#bytes % BLOCK_BYTES), 40);
    return saved.toString('base64');
  }

  update(data: Uint8Array): void {
    const waiting = this.#bytes % BLOCK_BYTES;
    this.#bytes += data.length;
    let at = 0;
    if (waiting > 0) {
      at = Math.min(BLOCK_BYTES - waiting, data.length);
      this.#block.set(data.subarray(0, at), waiting);
      if (waiting + at < BLOCK_BYTES) return;
      compress(this.#state, this.#block, 0);
    }
    for (; at + BLOCK_BYTES <= data.length; at += BLOCK_BYTES) compress(this.#state, data, at);
    this.#block.set(data.subarray(at), 0);
  }

  /** The hash of everything so far, in hex; more may follow. */
  digest(): string {
    const end = ResumableSha256.resume(this.save());
    const over = this.#bytes % BLOCK_BYTES;
    // A one bit, zeros, and the length in eight bytes fill up the block, or the one after it.
    const padding = Buffer.alloc((over < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES) - over);
    padding[0] = 0x80;
    padding.writeBigUInt64BE(BigInt(this.#bytes) * 8n, padding.length - 8);
    end.update(padding);
    const hash = Buffer.alloc(32);
    end.#state.forEach((word, i) => {
      hash.writeInt32BE(word, i * 4);
    });
    return hash.toString('hex');
  }
}

const BLOCK_BYTES = 64;
const SAVED_BYTES = 32 + 8 + BLOCK_BYTES;

const PRIMES = firstPrimes(64);
/** The first 32 bits of the fractional parts of the square roots of the first eight primes. */
const INITIAL = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
/** Of the cube roots of the first 64 primes. */
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const SCHEDULE = new Int32Array(64);

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

function fraction(root: number): number {
  return ((root % 1) * 2 ** 32) | 0;
}

/** Takes the block at `at` into the state. Every index is within its array, which the types cannot know. */
function compress(state: Int32Array, data: Uint8Array, at: number): void {
  const w = SCHEDULE;
  for (let i = 0, p = at; i < 16; i++, p += 4) {
    w[i] =
      ((data[p] as number) << 24) |
      ((data[p + 1] as number) << 16) |
      ((data[p + 2] as number) << 8) |
      (data[p + 3] as number);
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}
