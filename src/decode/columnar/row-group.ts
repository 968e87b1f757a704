import { setImmediate } from 'node:timers/promises';
import type { ChunkFacts, Compression, PlannedColumn, RowGroupFacts } from '../../model.js';
import { packPage, unpackPage } from '../../page-codecs.js';
import { encodeThrift, type ThriftStruct } from '../../thrift.js';
import type { BlockStore } from './block-store.js';
import type { Core } from './core.js';

// parquet.thrift: PageType, Encoding.
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const PLAIN = 0;
/** The older name of RLE_DICTIONARY for pages of version 1; readers know both, parquetjs-lite only this one. */
const PLAIN_DICTIONARY = 2;
const RLE = 3;

/** Longer text is left out: the footer, and the checkpoint with it, must not grow with the data. */
const MAX_BOUND_BYTES = 64;

/** The least and the greatest value in PLAIN encoding, texts without their length. */
interface Bounds {
  readonly min: Buffer;
  readonly max: Buffer;
}

/** A page whose body is in the store, or still being compressed. */
interface Page {
  readonly encoding: typeof PLAIN | typeof PLAIN_DICTIONARY;
  readonly body: { readonly start: number; readonly end: number } | Promise<Buffer>;
  readonly plainBytes: number;
  readonly header: (packedBytes: number) => Buffer;
  readonly entries: number;
  readonly values: number;
  readonly bounds: Bounds | null;
}

/**
 * Collects the pages of a row group, one after the other for each column, and puts them together: pages of version 1, a
 * dictionary where it paid, exact bounds.
 */
export class RowGroupWriter {
  readonly #core: Core;
  readonly #columns: readonly PlannedColumn[];
  readonly #compression: Compression;
  readonly #store: BlockStore;
  readonly #pages: Page[][];

  constructor(core: Core, columns: readonly PlannedColumn[], compression: Compression, store: BlockStore) {
    this.#core = core;
    this.#columns = columns;
    this.#compression = compression;
    this.#store = store;
    this.#pages = columns.map(() => []);
  }

  /** Pages of each column so far. */
  get pages(): number {
    return this.#pages[0]?.length ?? 0;
  }

  /** Drops the pages of each column after the first `count`. */
  truncate(count: number): void {
    for (const pages of this.#pages) pages.length = Math.min(pages.length, count);
  }

  /** Makes the open page of every column. */
  endPages(): void {
    const { call } = this.#core;
    for (const [index, column] of this.#columns.entries())
      this.#pages[index]?.push(this.#endPage(index, column));
    call.beginPages();
  }

  #endPage(index: number, column: PlannedColumn): Page {
    const { call } = this.#core;
    call.makePage(index);
    const entries = call.entriesOf(index) >>> 0;
    const encoding = call.hasDictionary(index) === 0 ? PLAIN : PLAIN_DICTIONARY;
    const header: ThriftStruct = [
      [1, entries],
      [2, encoding],
      [3, RLE],
      [4, RLE],
    ];
    const needsBounds = encoding === PLAIN && hasBounds(column);
    return {
      ...this.#packOutput([1, DATA_PAGE], [5, header]),
      encoding,
      entries,
      values: call.valuesOf(index) >>> 0,
      bounds: needsBounds && call.boundsOfPage(index) !== 0 ? this.#bounds() : null,
    };
  }

  /**
   * The pages of a column whose dictionary was given up on the way, all as plain values: readers do not agree on chunks
   * of both kinds.
   */
  async #plainPages(index: number, column: PlannedColumn): Promise<Page[]> {
    const { call } = this.#core;
    const plain: Page[] = [];
    for (const page of this.#pages[index] as Page[]) {
      if (page.encoding === PLAIN) {
        plain.push(page);
        continue;
      }
      const packed = Buffer.concat((await this.#bytesOf(page)).slice(1));
      const body = unpackPage(this.#compression, packed, page.plainBytes);
      const address = call.reservePage(body.length) >>> 0;
      this.#core.bytes.set(body, address);
      call.beginUnpackPage(index, body.length, page.entries);
      while (call.unpackPage(index) !== 0) {
        plain.push(this.#endPage(index, column));
        call.beginPages();
        // Such pages are large, and other work must get its turn.
        await setImmediate();
      }
    }
    return plain;
  }

  /** Puts the row group together. */
  async end(rows: number): Promise<{ readonly pieces: Buffer[]; readonly facts: RowGroupFacts }> {
    if (this.#core.call.hasOpenPage() !== 0) this.endPages();
    const pieces: Buffer[] = [];
    const chunks: ChunkFacts[] = [];
    for (const [index, column] of this.#columns.entries()) {
      chunks.push(await this.#endChunk(index, column, pieces));
    }
    return { pieces, facts: { rows, chunks } };
  }

  async #endChunk(index: number, column: PlannedColumn, pieces: Buffer[]): Promise<ChunkFacts> {
    const { call } = this.#core;
    const hasDictionary = call.hasDictionary(index) !== 0;
    const dataPages = hasDictionary ? (this.#pages[index] as Page[]) : await this.#plainPages(index, column);
    const dictionary = hasDictionary ? this.#endDictionary(index, column) : null;
    const facts = { uncompressedBytes: 0, compressedBytes: 0, dictionaryBytes: 0 };
    for (const page of dictionary === null ? dataPages : [dictionary, ...dataPages]) {
      const bytes = await this.#bytesOf(page);
      const length = bytes.reduce((sum, piece) => sum + piece.length, 0);
      pieces.push(...bytes);
      facts.compressedBytes += length;
      facts.uncompressedBytes += (bytes[0] as Buffer).length + page.plainBytes;
      if (page === dictionary) facts.dictionaryBytes = length;
    }
    const entries = dataPages.reduce((sum, page) => sum + page.entries, 0);
    const values = dataPages.reduce((sum, page) => sum + page.values, 0);
    const all = dictionary === null ? dataPages : [dictionary];
    const bounds = all.flatMap((page) => (page.bounds === null ? [] : [page.bounds]));
    return {
      ...facts,
      entries,
      nulls: isList(column) ? null : entries - values,
      bounds: joinBounds(bounds, column),
    };
  }

  #endDictionary(index: number, column: PlannedColumn): Page {
    const { call } = this.#core;
    call.makeDictionary(index);
    const header: ThriftStruct = [
      [1, call.distinctOf(index) >>> 0],
      [2, PLAIN_DICTIONARY],
    ];
    return {
      ...this.#packOutput([1, DICTIONARY_PAGE], [7, header]),
      encoding: PLAIN_DICTIONARY,
      entries: 0,
      values: 0,
      bounds: hasBounds(column) && call.boundsOfDictionary(index) !== 0 ? this.#bounds() : null,
    };
  }

  /** Compresses the page in the core's output: at once, or aside where Node does it. */
  #packOutput(
    type: readonly [number, number],
    details: readonly [number, ThriftStruct],
  ): Pick<Page, 'body' | 'plainBytes' | 'header'> {
    const { call } = this.#core;
    const start = call.outBase.value >>> 0;
    const end = call.outPos.value >>> 0;
    const plainBytes = end - start;
    const header = (packedBytes: number) => encodeThrift([type, [2, plainBytes], [3, packedBytes], details]);
    let body: Page['body'];
    if (this.#compression === 'gzip' || this.#compression === 'zstd') {
      body = packPage(this.#compression, this.#core.copy(start, end));
    } else {
      const from = this.#store.length;
      if (this.#compression === 'snappy') {
        call.packOutput();
        this.#store.append(
          this.#core.bytes.subarray(call.packedStart.value >>> 0, call.packedEnd.value >>> 0),
        );
      } else this.#store.append(this.#core.bytes.subarray(start, end));
      body = { start: from, end: this.#store.length };
    }
    call.clearOutput();
    return { body, plainBytes, header };
  }

  async #bytesOf({ body, header }: Page): Promise<Buffer[]> {
    if (!(body instanceof Promise))
      return [header(body.end - body.start), ...this.#store.views(body.start, body.end)];
    const packed = await body;
    return [header(packed.length), packed];
  }

  #bounds(): Bounds {
    const { call } = this.#core;
    const minStart = call.minStart.value >>> 0;
    const maxStart = call.maxStart.value >>> 0;
    return {
      min: this.#core.copy(minStart, minStart + (call.minLength.value >>> 0)),
      max: this.#core.copy(maxStart, maxStart + (call.maxLength.value >>> 0)),
    };
  }
}

function isList(column: PlannedColumn): boolean {
  return column.type.startsWith('list<');
}

/** Readers do not agree on the order of JSON, and the format has none for lists. */
function hasBounds(column: PlannedColumn): boolean {
  return !isList(column) && column.type !== 'json';
}

/** The bounds over all pages, zeros signed outwards as the format asks of writers; null without any, or for long text. */
function joinBounds(bounds: readonly Bounds[], { type }: PlannedColumn): Bounds | null {
  const [first] = bounds;
  if (first === undefined) return null;
  const isLess = (a: Buffer, b: Buffer) => {
    if (type === 'int64') return a.readBigInt64LE() < b.readBigInt64LE();
    return type === 'double' ? a.readDoubleLE() < b.readDoubleLE() : Buffer.compare(a, b) < 0;
  };
  const min = bounds.reduce((least, { min }) => (isLess(min, least) ? min : least), first.min);
  const max = bounds.reduce((greatest, { max }) => (isLess(greatest, max) ? max : greatest), first.max);
  if (min.length > MAX_BOUND_BYTES || max.length > MAX_BOUND_BYTES) return null;
  if (type === 'double' && min.readDoubleLE() === 0) min.writeDoubleLE(-0);
  if (type === 'double' && max.readDoubleLE() === 0) max.writeDoubleLE(0);
  return { min, max };
}
