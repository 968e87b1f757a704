/** A cell as it stands in the file: without quotes means that it may be null. */
export interface CsvCell {
  readonly text: string;
  readonly isQuoted: boolean;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts CSV text (RFC 4180, as the exports have it) into records. Text comes in pieces; a record that is not whole
 * yet waits for the next.
 */
export class CsvRecords {
  readonly #delimiter: number;
  readonly #delimiterLength: number;
  #rest = '';

  /** @param delimiter one character */
  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#delimiterLength = delimiter.length;
  }

  /** The records that are whole after this piece. */
  push(piece: string): CsvCell[][] {
    const text = this.#rest + piece;
    const records: CsvCell[][] = [];
    let start = 0;
    for (;;) {
      const record: CsvCell[] = [];
      const end = this.#read(text, start, record);
      if (end < 0) break;
      records.push(record);
      start = end;
    }
    this.#rest = text.slice(start);
    return records;
  }

  /** Whether everything so far was whole records. */
  get isWhole(): boolean {
    return this.#rest === '';
  }

  /** Reads the record at `start`; its end, or -1 when the text ends before it. */
  #read(text: string, start: number, record: CsvCell[]): number {
    let at = start;
    for (;;) {
      if (at >= text.length) return -1;
      if (text.charCodeAt(at) === QUOTE) {
        const close = closingQuote(text, at + 1);
        if (close < 0) return -1;
        const inner = text.slice(at + 1, close);
        record.push({ text: inner.includes('"') ? inner.replaceAll('""', '"') : inner, isQuoted: true });
        at = close + 1;
      } else {
        const from = at;
        while (at < text.length && !this.#isEnd(text.charCodeAt(at))) at++;
        if (at >= text.length) return -1;
        record.push({ text: text.slice(from, at), isQuoted: false });
      }
      const code = text.charCodeAt(at);
      if (code === this.#delimiter) at += this.#delimiterLength;
      else if (code === CARRIAGE_RETURN) return at + 1 < text.length ? at + 2 : -1;
      else return at < text.length ? at + 1 : -1;
    }
  }

  #isEnd(code: number): boolean {
    return code === this.#delimiter || code === LINE_FEED || code === CARRIAGE_RETURN;
  }
}

/** Where the quoted cell ends; -1 when that cannot be told yet, because a doubled quote may follow. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (at + 1 >= text.length) return -1;
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}
