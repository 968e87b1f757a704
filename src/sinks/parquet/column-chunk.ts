import { isJsonArray, type JsonValue, stringifyJson } from '../../json-value.js';
import type { ChunkFacts } from '../../model.js';
import { type DataPage, encodeDataPage, type ParquetCodec } from './data-page.js';
import type { Leaf } from './leaf.js';
import { PlainValues } from './plain-values.js';
import { ValueRange } from './value-range.js';

/**
 * A page is closed at 20000 entries or 1 MiB of values, whichever comes first: the limits of the Java writer.
 * Smaller pages pay a header and a compression start for each; in larger ones the RLE encoder, which copies all
 * it has at every run, becomes slow.
 */
const PAGE_ENTRIES = 20_000;
const PAGE_BYTES = 1024 * 1024;

/** One column of a finished row group. */
export interface ColumnChunk {
  readonly pages: readonly Buffer[];
  readonly facts: ChunkFacts;
}

/** Collects the cells of one column and encodes them page by page. */
export class ColumnChunkEncoder {
  readonly #leaf: Leaf;
  readonly #codec: ParquetCodec;
  #pages: DataPage[] = [];
  #range: ValueRange;
  #entries = 0;
  #valueCount = 0;
  readonly #values: PlainValues;
  #definitionLevels: number[] = [];
  #repetitionLevels: number[] = [];
  #pageEntries = 0;

  constructor(leaf: Leaf, codec: ParquetCodec) {
    this.#leaf = leaf;
    this.#codec = codec;
    this.#values = new PlainValues(leaf);
    this.#range = new ValueRange(leaf);
  }

  /** Takes a cell that `checkRow()` has passed. A page ends only between rows. */
  add(cell: JsonValue): void {
    if (this.#leaf.isList) this.#addList(cell);
    else this.#addEntry(cell, 0, this.#leaf.maxDefinitionLevel);
    if (this.#pageEntries >= PAGE_ENTRIES || this.#values.bytes >= PAGE_BYTES) this.#endPage();
  }

  /** Closes the chunk; what comes after belongs to the next one. */
  finish(): ColumnChunk {
    this.#endPage();
    const pages = this.#pages;
    const facts: ChunkFacts = {
      entries: this.#entries,
      nulls: this.#leaf.isList ? null : this.#entries - this.#valueCount,
      uncompressedBytes: pages.reduce((sum, page) => sum + page.uncompressedBytes, 0),
      compressedBytes: pages.reduce((sum, page) => sum + page.bytes.length, 0),
      dictionaryBytes: 0,
      bounds: this.#range.bounds(),
    };
    this.#pages = [];
    this.#range = new ValueRange(this.#leaf);
    this.#entries = 0;
    this.#valueCount = 0;
    return { pages: pages.map((page) => page.bytes), facts };
  }

  #addList(cell: JsonValue): void {
    const valueLevel = this.#leaf.maxDefinitionLevel;
    if (!isJsonArray(cell)) {
      this.#addLevels(0, 0);
    } else if (cell.length === 0) {
      this.#addLevels(0, valueLevel - 2);
    } else {
      for (let i = 0; i < cell.length; i++) this.#addEntry(cell[i] as JsonValue, i === 0 ? 0 : 1, valueLevel);
    }
  }

  #addEntry(cell: JsonValue, repetitionLevel: number, valueLevel: number): void {
    if (cell === null) {
      this.#addLevels(repetitionLevel, valueLevel - 1);
      return;
    }
    this.#addLevels(repetitionLevel, valueLevel);
    this.#values.add(this.#leaf.type === 'json' ? stringifyJson(cell) : cell, this.#range);
    this.#valueCount++;
  }

  #addLevels(repetitionLevel: number, definitionLevel: number): void {
    if (this.#leaf.isList) this.#repetitionLevels.push(repetitionLevel);
    if (this.#leaf.maxDefinitionLevel > 0) this.#definitionLevels.push(definitionLevel);
    this.#pageEntries++;
  }

  #endPage(): void {
    if (this.#pageEntries === 0) return;
    this.#pages.push(
      encodeDataPage(this.#leaf, this.#codec, {
        values: this.#values.take(),
        definitionLevels: this.#definitionLevels,
        repetitionLevels: this.#repetitionLevels,
        entries: this.#pageEntries,
      }),
    );
    this.#entries += this.#pageEntries;
    this.#definitionLevels = [];
    this.#repetitionLevels = [];
    this.#pageEntries = 0;
  }
}
