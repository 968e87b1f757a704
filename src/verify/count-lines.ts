import { CORE_BASE64 } from './core-bytes.js';

const LINE_FEED = 0x0a;

/** What line-core/index.ts exports. */
interface LineCore {
  readonly memory: WebAssembly.Memory;
  readonly piece: WebAssembly.Global;
  readonly PIECE_BYTES: WebAssembly.Global;
  readonly quoted: { readonly value: bigint };
  start(): void;
  count(length: number, hasQuotes: number, before: bigint): number;
}

interface LoadedCore {
  readonly core: LineCore;
  /** Where pieces are put. */
  readonly piece: Uint8Array;
}

let loaded: LoadedCore | null = null;

/** One for all counters: it keeps nothing between two calls. */
function lineCore(): LoadedCore {
  if (loaded !== null) return loaded;
  const module = new WebAssembly.Module(Buffer.from(CORE_BASE64, 'base64'));
  const core = new WebAssembly.Instance(module, {}).exports as unknown as LineCore;
  core.start();
  const piece = new Uint8Array(core.memory.buffer, core.piece.value, core.PIECE_BYTES.value);
  loaded = { core, piece };
  return loaded;
}

/**
 * Counts line ends in a text that comes in pieces; with `isQuoted`, those outside double quotes only (RFC 4180: a
 * quote within quotes is doubled, so every quote byte changes the state).
 */
export class LineCounter {
  readonly #isQuoted: boolean;
  #lines = 0;
  #quoted = 0n;
  #last = LINE_FEED;

  constructor(isQuoted: boolean) {
    this.#isQuoted = isQuoted;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Whether the text so far ends with a line end, outside quotes. */
  get isWhole(): boolean {
    return this.#last === LINE_FEED && this.#quoted === 0n;
  }

  add(chunk: Uint8Array): void {
    const { core, piece } = lineCore();
    for (let at = 0; at < chunk.length; at += piece.length) {
      const part = chunk.subarray(at, at + piece.length);
      piece.set(part);
      this.#lines += core.count(part.length, this.#isQuoted ? 1 : 0, this.#quoted);
      this.#quoted = core.quoted.value;
    }
    this.#last = chunk.at(-1) ?? this.#last;
  }
}
