import { type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, Row, SinkFormat } from '../model.js';
import { checkOptions } from './check-options.js';
import { type RowEncoder, TextSink } from './text-sink.js';

/**
 * NDJSON: a JSON object a line with all columns in their order, LF after each, UTF-8. Null is `null`, numbers
 * keep their digits, lists and `json` cells are nested values. A lone surrogate is its `\uXXXX` escape in JSON
 * text; no other text holds one.
 */
export const ndjsonFormat: SinkFormat = {
  format: 'ndjson',
  compressions: ['none', 'gzip'],
  defaultCompression: 'none',
  extension: (compression) => (compression === 'gzip' ? '.ndjson.gz' : '.ndjson'),
  async open(options) {
    checkOptions(ndjsonFormat, options);
    return new TextSink(options, new NdjsonEncoder(options.columns, options.raw === true));
  },
};

class NdjsonEncoder implements RowEncoder {
  readonly head = '';
  /** What stands before each value: `{"a":`, `,"b":`. */
  readonly #keys: readonly string[];
  #text = '';

  readonly #end: string;

  constructor(columns: readonly Column[], isRaw: boolean) {
    this.#keys = isRaw
      ? ['']
      : columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    this.#end = isRaw ? '\n' : '}\n';
  }

  get waitingChars(): number {
    return this.#text.length;
  }

  add(row: Row): void {
    let line = '';
    for (let i = 0; i < this.#keys.length; i++) {
      line += this.#keys[i] as string;
      line += stringifyJson(row[i] as JsonValue);
    }
    this.#text += line + this.#end;
  }

  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
