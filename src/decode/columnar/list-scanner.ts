import { LIST_PARENTS } from '../reference/decode-body.js';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../reference/syntax.js';

/**
 * Finds, in an answer that comes in pieces, where the records of the wanted lists begin, and keeps everything else.
 *
 * What it keeps is the answer with empty lists in place of the wanted ones: valid JSON if, and only if, the answer is
 * valid around its records. It checks nothing itself.
 */
export class ListScanner {
  readonly #wanted: ReadonlySet<string>;
  #kept = Buffer.allocUnsafe(4096);
  #length = 0;
  /** Where pieces of the kept text come from: its start in the kept text, its start in the answer. */
  readonly #pieces: { readonly kept: number; readonly offset: number }[] = [{ kept: 0, offset: 0 }];
  #isInText = false;
  #isEscaped = false;
  #textStart = 0;
  #depth = 0;
  /** How many objects that may hold lists are open: the answer, its `data`, its `outputs`. */
  #parents = 0;
  #isValue = false;
  /** The key before the value that is read, directly inside the innermost of them. */
  #key = '';

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** The key of the list that was found last. */
  get key(): string {
    return this.#key;
  }

  /**
   * Reads on; stops behind the opening bracket of a wanted list.
   *
   * @returns how many bytes were read; a list was found where `isFound` says so
   */
  read(bytes: Uint8Array): { readonly read: number; readonly isFound: boolean } {
    this.#reserve(bytes.length);
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      this.#kept[this.#length++] = byte;
      if (this.#isInText) this.#readText(byte);
      else if (this.#readToken(byte)) return { read: at + 1, isFound: true };
    }
    return { read: bytes.length, isFound: false };
  }

  /** Goes on behind the closing bracket of the list, at `offset` of the answer. */
  closeList(offset: number): void {
    this.#reserve(1);
    this.#kept[this.#length++] = CLOSE_BRACKET;
    this.#pieces.push({ kept: this.#length, offset });
    // Another bracket at this place begins no list: the value is over.
    this.#isValue = false;
  }

  /** The answer with empty lists. */
  kept(): Buffer {
    return this.#kept.subarray(0, this.#length);
  }

  /** The answer as far as to the list that was found, closed behind it. */
  keptClosed(): Buffer {
    return Buffer.concat([this.kept(), Buffer.from(`]${'}'.repeat(this.#parents)}`)]);
  }

  /** The offset in the answer of a place in what was kept. */
  offsetOf(kept: number): number {
    const piece = this.#pieces.findLast((candidate) => candidate.kept <= kept);
    return piece === undefined ? kept : piece.offset + kept - piece.kept;
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isInText = false;
      if (this.#depth === this.#parents && !this.#isValue)
        this.#key = parseKey(this.#kept.toString('utf8', this.#textStart, this.#length));
    }
  }

  /** True at the beginning of a wanted list. */
  #readToken(byte: number): boolean {
    switch (byte) {
      case QUOTE:
        this.#isInText = true;
        this.#textStart = this.#length - 1;
        break;
      case COLON:
        if (this.#depth === this.#parents) this.#isValue = true;
        break;
      case COMMA:
        if (this.#depth === this.#parents) this.#isValue = false;
        break;
      case OPEN_BRACE:
        if (this.#isParent()) {
          this.#parents++;
          this.#isValue = false;
        }
        this.#depth++;
        break;
      case OPEN_BRACKET:
        if (
          this.#depth === this.#parents &&
          this.#parents > 0 &&
          this.#isValue &&
          this.#wanted.has(this.#key)
        )
          return true;
        this.#depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#depth--;
        this.#leaveParent();
        break;
    }
    return false;
  }

  #isParent(): boolean {
    if (this.#depth !== this.#parents) return false;
    return this.#depth === 0 || (this.#isValue && this.#key === LIST_PARENTS[this.#parents - 1]);
  }

  #leaveParent(): void {
    if (this.#depth >= this.#parents) return;
    this.#parents = this.#depth;
    // The object that was left is a value of the one around it.
    this.#isValue = true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#kept.length) return;
    const larger = Buffer.allocUnsafe(needed * 2);
    this.#kept.copy(larger, 0, 0, this.#length);
    this.#kept = larger;
  }
}

/** A key that is no JSON text is nobody's key; whoever reads what was kept will say what is wrong. */
function parseKey(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return '';
  }
}
