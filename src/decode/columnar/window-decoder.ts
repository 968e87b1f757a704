import { PageError } from '../../errors.js';
import type { DecodedBody, EncodedRows, TablePlan, Window } from '../../model.js';
import { cutBody } from '../reference/decode-body.js';
import type { Drift } from '../reference/row-reader.js';
import { type AnswerFacts, bodyOf, type ListFacts } from './answer-facts.js';
import type { BlockPool } from './block-store.js';
import type { EncodingOptions } from './core-plan.js';
import { ListScanner } from './list-scanner.js';
import { TableDecoder } from './table-decoder.js';
import { Utf8Check } from './utf8-check.js';

export interface WindowDecoderOptions extends EncodingOptions {
  readonly plans: readonly TablePlan[];
  /** Refuse longer answers. */
  readonly maxAnswerBytes: number;
  /** Where encoded bytes wait; shared by the decoders of an export. */
  readonly pool: BlockPool;
  readonly onDrift: (drift: Drift) => never;
  /** Offsets of records whose marks are kept, ascending. */
  readonly watched: readonly number[];
}

/**
 * Decodes the answers that fill one window while their bytes arrive, straight into encoded rows. It is used again for
 * other windows, one at a time.
 */
export class WindowDecoder {
  readonly #options: WindowDecoderOptions;
  readonly #tables: ReadonlyMap<string, TableDecoder>;
  /** Offset of the answer that was read last. */
  #answerOffset = -1;

  constructor(options: WindowDecoderOptions) {
    this.#options = options;
    this.#tables = new Map(
      options.plans.map((plan) => [
        plan.list,
        new TableDecoder(plan, options, options.pool, options.onDrift, options.watched),
      ]),
    );
  }

  /** Bytes of memory that the decoder holds, used or not. */
  get heldBytes(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.heldBytes, 0);
  }

  beginWindow(): void {
    this.#answerOffset = -1;
    for (const table of this.#tables.values()) table.beginWindow();
  }

  /**
   * Reads one answer. One for another offset than the last keeps what that gave; one for the same offset takes its
   * place, as after a failed attempt.
   *
   * @throws PageError `PAGE_INVALID`; whatever reading the chunks or `onDrift` throws
   */
  async readAnswer(chunks: AsyncIterable<Uint8Array>, asked: Window): Promise<DecodedBody> {
    const answer = this.beginAnswer(asked);
    for await (const chunk of chunks) answer.take(chunk);
    return bodyOf(answer.end());
  }

  /** The same in steps: its `take` and `end` throw the PageErrors. */
  beginAnswer(asked: Window): AnswerReader {
    for (const table of this.#tables.values()) {
      if (asked.offset === this.#answerOffset) table.dropAnswer();
      else table.acceptAnswer();
    }
    this.#answerOffset = asked.offset;
    return new AnswerReader(this.#tables, asked.offset, this.#options.maxAnswerBytes);
  }

  /** The rows of the window, in the order of the plans. */
  async endWindow(): Promise<readonly EncodedRows[]> {
    const encoded: EncodedRows[] = [];
    for (const table of this.#tables.values()) encoded.push(await table.endWindow());
    return encoded;
  }
}

/** Lists of an answer before which its envelope is checked at once, not only at its end. */
const MAX_LISTS_CHECKED = 16;

/** Deals the bytes of one answer out: records to their table, the rest to the envelope. */
export class AnswerReader {
  readonly #tables: ReadonlyMap<string, TableDecoder>;
  readonly #recordOffset: number;
  readonly #maxBytes: number;
  readonly #utf8 = new Utf8Check();
  readonly #scanner: ListScanner;
  readonly #lists: ListFacts[] = [];
  #table: TableDecoder | null = null;
  /** Bytes of the answer so far. */
  #bytes = 0;

  constructor(tables: ReadonlyMap<string, TableDecoder>, recordOffset: number, maxBytes: number) {
    this.#tables = tables;
    this.#recordOffset = recordOffset;
    this.#maxBytes = maxBytes;
    this.#scanner = new ListScanner(new Set(tables.keys()));
  }

  /** The chunk may be used again when this returns. */
  take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      throw new PageError(
        'PAGE_INVALID',
        `The answer is longer than ${this.#maxBytes} bytes: ask for smaller pages`,
        { retryable: false, isSizeFault: true },
      );
    }
    this.#utf8.take(chunk);
    this.#deal(chunk);
  }

  /** The answer without its records. */
  end(): AnswerFacts {
    this.#utf8.end();
    // A long record waits for more before it is tried again; now there is no more.
    while (this.#table !== null) {
      const table = this.#table;
      const behind = this.#inList(() => table.readToEnd());
      this.#endList(table, behind);
      this.#deal(behind);
    }
    const kept = this.#scanner.kept();
    this.#cut(kept);
    const tables = [...this.#tables.values()];
    const heldBytes = tables.reduce((sum, table) => sum + table.encodedBytes + table.heldBytes, 0);
    return { kept, lists: this.#lists, bytes: this.#bytes, heldBytes };
  }

  #deal(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#table === null) rest = rest.subarray(this.#readEnvelope(rest));
      else {
        const table = this.#table;
        const bytes = rest;
        const behind = this.#inList(() => table.read(bytes));
        if (behind === null) return;
        this.#endList(table, behind);
        rest = behind;
      }
    }
  }

  /** Of two damages the first in the answer is named: what stands ahead of a list may not have been checked yet. */
  #inList<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (this.#lists.length >= MAX_LISTS_CHECKED) this.#cut(this.#scanner.keptClosed());
      throw error;
    }
  }

  #readEnvelope(bytes: Uint8Array): number {
    const { read, isFound } = this.#scanner.read(bytes);
    const table = isFound ? this.#tables.get(this.#scanner.key) : undefined;
    if (table !== undefined) {
      // Damage before the list must not make records of what is none. An answer with thousands of lists, which GES
      // never sends, must not be looked through for each.
      if (this.#lists.length < MAX_LISTS_CHECKED) this.#cut(this.#scanner.keptClosed());
      this.#table = table;
      table.beginList(this.#recordOffset, this.#bytes - bytes.length + read);
    }
    return read;
  }

  #cut(kept: Buffer): DecodedBody {
    return cutBody(kept, () => {}, { toOffset: (at) => this.#scanner.offsetOf(at) });
  }

  #endList(table: TableDecoder, behind: Uint8Array): void {
    const { key } = this.#scanner;
    this.#scanner.closeList(this.#bytes - behind.length);
    this.#table = null;
    this.#lists.push({ key, ...table.endList() });
  }
}
