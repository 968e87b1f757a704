import type { CsvOptions } from '../../model.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How a cell is written: without quotes; in quotes; in quotes with doubled ones inside. */
export const PLAIN = 0;
const QUOTED = 1;
export const ESCAPED = 2;

/** Whether the delimiter is a byte of its own. */
export function hasByteDelimiter({ delimiter }: CsvOptions): boolean {
  return /^[ -~\t]$/.test(delimiter);
}

/**
 * Finds the cells of CSV without making text of them, in the dialect that an export was written in and nothing wider
 * (RFC 4180), as `CsvScanner` does for text.
 */
export class CsvCells {
  /** Of the cells of the last line, without their quotes: where they begin and end, and `PLAIN`, `QUOTED` or `ESCAPED`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly forms: Uint8Array;
  /** May be more than fit into the arrays. */
  count = 0;
  readonly #delimiter: number;
  readonly #isCrlf: boolean;
  readonly #toError: (problem: string) => Error;

  /**
   * @param csv with a delimiter of one byte
   * @param toError makes the error to throw of words such as `has a quote inside a cell without quotes`
   */
  constructor(csv: CsvOptions, columns: number, toError: (problem: string) => Error) {
    this.#delimiter = csv.delimiter.charCodeAt(0);
    this.#isCrlf = csv.crlf;
    this.#toError = toError;
    this.starts = new Int32Array(columns);
    this.ends = new Int32Array(columns);
    this.forms = new Uint8Array(columns);
  }

  /** Reads the line that begins at `start`; gives where the next one begins, -1 when the bytes end before. */
  line(bytes: Buffer, start: number): number {
    const delimiter = this.#delimiter;
    let at = start;
    this.count = 0;
    for (;;) {
      const isQuoted = bytes[at] === QUOTE;
      const behind = isQuoted ? this.#quoted(bytes, at + 1) : this.#plain(bytes, at);
      if (behind < 0) return -1;
      at = behind;
      if (at >= bytes.length) return -1;
      if (bytes[at] === delimiter) at++;
      else return this.#lineEnd(bytes, at);
    }
  }

  /** Gives where the cell ends: at a delimiter or at what should be the end of a line. */
  #plain(bytes: Buffer, start: number): number {
    const delimiter = this.#delimiter;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === delimiter || byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        this.#add(start, at, PLAIN);
        return at;
      }
      if (byte === QUOTE) throw this.#toError('has a quote inside a cell without quotes');
    }
    return -1;
  }

  /** @param start behind the first quote */
  #quoted(bytes: Buffer, start: number): number {
    let form: number = QUOTED;
    for (let at = bytes.indexOf(QUOTE, start); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
      if (at + 1 >= bytes.length) return -1;
      if (bytes[at + 1] !== QUOTE) {
        this.#add(start, at, form);
        return at + 1;
      }
      form = ESCAPED;
    }
    return -1;
  }

  #add(start: number, end: number, form: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.forms[this.count] = form;
    this.count++;
  }

  #lineEnd(bytes: Buffer, at: number): number {
    const isCrlf = bytes[at] === CARRIAGE_RETURN;
    if (isCrlf && this.#isCrlf && at + 1 >= bytes.length) return -1;
    if (this.#isCrlf ? isCrlf && bytes[at + 1] === LINE_FEED : bytes[at] === LINE_FEED)
      return at + (this.#isCrlf ? 2 : 1);
    throw this.#toError('has a cell that ends with neither the delimiter nor the line end of the export');
  }
}
