import type { CsvOptions } from './model.js';

const QUOTE = 0x22;
const BYTE_ORDER_MARK = '\uFEFF';
/** A row of an export is shorter; more than a little above it is no text of JavaScript. */
const MAX_ROW_CHARS = 500_000_000;

/** A cell as it is written; null where it is the null text without quotes. */
export type TextCell = string | null;

/**
 * Cuts CSV text into lines of cells, in the dialect that an export was written in and nothing wider (RFC 4180): its
 * line ends, quotes only around whole cells. Text comes in pieces; a line that is not whole yet waits for more.
 */
export class CsvScanner {
  readonly #delimiter: number;
  readonly #lineEnd: string;
  readonly #nullText: string;
  readonly #toError: (problem: string) => Error;
  #rest = '';
  /** A line that has not ended is looked at again when there is twice as much of it: what never ends costs no more. */
  #enough = 0;
  #hasBom: boolean;
  #lines = 0;

  /** @param toError makes the error to throw of words such as `ends in the middle of a row` */
  constructor(csv: CsvOptions, toError: (problem: string) => Error) {
    this.#toError = toError;
    this.#delimiter = csv.delimiter.charCodeAt(0);
    this.#lineEnd = csv.crlf ? '\r\n' : '\n';
    this.#nullText = csv.nullText;
    this.#hasBom = !csv.bom;
  }

  /** Lines that are whole by now; others wait for more text, or for `last`. */
  take(more: string): TextCell[][] {
    this.#rest += more;
    if (this.#rest.length < Math.min(this.#enough, MAX_ROW_CHARS)) return [];
    const lines = this.#wholeLines();
    if (this.#rest.length > MAX_ROW_CHARS)
      throw this.#toError(`has a row of more than ${MAX_ROW_CHARS} characters`);
    return lines;
  }

  /** The lines that are whole now that the text has ended. */
  last(): TextCell[][] {
    return this.#wholeLines();
  }

  #wholeLines(): TextCell[][] {
    let text = this.#rest;
    if (!this.#hasBom && text !== '') {
      if (!text.startsWith(BYTE_ORDER_MARK)) throw this.#toError('does not begin with a byte order mark');
      text = text.slice(1);
      this.#hasBom = true;
    }
    const lines: TextCell[][] = [];
    let at = 0;
    for (;;) {
      const line: TextCell[] = [];
      const end = this.#line(text, at, line);
      if (end < 0) break;
      lines.push(line);
      this.#lines++;
      at = end;
    }
    this.#rest = text.slice(at);
    this.#enough = this.#rest.length * 2;
    return lines;
  }

  /** After `last`: the text has ended. */
  end(): void {
    if (this.#rest !== '') throw this.#toError('ends in the middle of a row');
  }

  /** Reads one line into `cells`; gives where the next begins, -1 when the text ends before. */
  #line(text: string, start: number, cells: TextCell[]): number {
    let at = start;
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        const end = endOfQuoted(text, at + 1);
        if (end < 0) return -1;
        cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
        at = end + 1;
      } else {
        let end = at;
        for (let code = text.charCodeAt(end); ; code = text.charCodeAt(++end)) {
          if (code === this.#delimiter || code === 0x0a || code === 0x0d) break;
          if (code === QUOTE) throw this.#problem('has a quote inside a cell without quotes');
          if (Number.isNaN(code)) return -1;
        }
        const cell = text.slice(at, end);
        cells.push(cell === this.#nullText ? null : cell);
        at = end;
      }
      if (text.charCodeAt(at) === this.#delimiter) {
        at++;
        continue;
      }
      if (text.length - at < this.#lineEnd.length) return -1;
      if (text.startsWith(this.#lineEnd, at)) return at + this.#lineEnd.length;
      throw this.#problem('has a cell that ends with neither the delimiter nor the line end of the export');
    }
  }

  #problem(what: string): Error {
    return this.#toError(this.#lines === 0 ? `${what}, in the header` : `${what}, in row ${this.#lines}`);
  }
}

/** Where the closing quote stands; -1 when the text ends before that is known. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 2)) {
    if (at + 1 >= text.length) return -1;
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}
