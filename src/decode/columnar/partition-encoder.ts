import type { EncodedBlock } from '../../model.js';
import type { BlockStore } from './block-store.js';
import type { Core } from './core.js';
import type { RowGroupWriter } from './row-group.js';

/** Makes the block of one partition after the other. */
export interface PartitionEncoder {
  /** Drops the blocks that were made so far. */
  clear(): void;
  begin(): void;
  /** Takes whole rows, as lines that may be cut anywhere between these pieces. */
  take(pieces: readonly Buffer[]): void;
  /** To be called when the core has no room for more rows. */
  takeFull(): void;
  end(rows: number): Promise<EncodedBlock>;
}

/** Gathers lines that are written as they are, from where they lie. */
export class LineGatherer implements PartitionEncoder {
  #pieces: Buffer[] = [];

  clear(): void {
    this.#pieces = [];
  }

  begin(): void {
    this.#pieces = [];
  }

  take(pieces: readonly Buffer[]): void {
    this.#pieces.push(...pieces);
  }

  takeFull(): void {}

  async end(rows: number): Promise<EncodedBlock> {
    return { rows, pieces: this.#pieces, rowGroup: null };
  }
}

/** Makes a row group of rows that waited as cells: in few pieces, because each is a write of its own. */
export class RowGroupGatherer implements PartitionEncoder {
  readonly #core: Core;
  readonly #rowGroup: RowGroupWriter;
  /** The bodies of the pages of one row group. */
  readonly #pages: BlockStore;
  readonly #store: BlockStore;

  constructor(core: Core, rowGroup: RowGroupWriter, pages: BlockStore, store: BlockStore) {
    this.#core = core;
    this.#rowGroup = rowGroup;
    this.#pages = pages;
    this.#store = store;
  }

  clear(): void {
    this.#store.truncate(0);
  }

  begin(): void {
    this.#core.call.beginRowGroup();
  }

  take(pieces: readonly Buffer[]): void {
    const { call } = this.#core;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    let at = call.reserveCells(bytes) >>> 0;
    for (const piece of pieces) {
      this.#core.bytes.set(piece, at);
      at += piece.length;
    }
    if (call.writeCells(bytes) !== 1) throw new Error('Rows that were dealt out cannot be read again');
  }

  takeFull(): void {
    this.#rowGroup.endPages();
  }

  async end(rows: number): Promise<EncodedBlock> {
    const start = this.#store.length;
    const { pieces, facts } = await this.#rowGroup.end(rows);
    for (const piece of pieces) this.#store.append(piece);
    this.#rowGroup.truncate(0);
    this.#pages.truncate(0);
    return { rows, pieces: this.#store.views(start, this.#store.length), rowGroup: facts };
  }
}
