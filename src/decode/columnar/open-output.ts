import type { PlannedColumn } from '../../model.js';
import { type BlockPool, BlockStore } from './block-store.js';
import type { Core } from './core.js';
import type { EncodingOptions } from './core-plan.js';
import { DealtRows } from './dealt-rows.js';
import { LineGatherer, RowGroupGatherer } from './partition-encoder.js';
import { RowGroupWriter } from './row-group.js';
import type { RowOutput } from './row-output.js';

/**
 * @param columns in the order of the core
 * @param partitionColumns how many of them, the last ones, deal the rows out
 */
export function openOutput(
  core: Core,
  columns: readonly PlannedColumn[],
  partitionColumns: number,
  { format, compression }: EncodingOptions,
  pool: BlockPool,
): RowOutput {
  const store = new BlockStore(pool);
  const written = columns.slice(0, columns.length - partitionColumns);
  if (partitionColumns === 0) {
    if (format !== 'parquet') return new LineOutput(core, store);
    return new RowGroupOutput(core, new RowGroupWriter(core, written, compression, store), store);
  }
  if (format !== 'parquet') return new DealtRows(core, partitionColumns, new LineGatherer(), store);
  const pages = new BlockStore(pool);
  const rowGroup = new RowGroupWriter(core, written, compression, pages);
  const encoder = new RowGroupGatherer(core, rowGroup, pages, new BlockStore(pool));
  return new DealtRows(core, partitionColumns, encoder, store);
}

/** Lines of text. */
class LineOutput implements RowOutput {
  readonly #core: Core;
  readonly #store: BlockStore;
  #mark = 0;

  constructor(core: Core, store: BlockStore) {
    this.#core = core;
    this.#store = store;
  }

  get bytes(): number {
    return this.#store.length;
  }

  begin(): void {
    this.#store.truncate(0);
  }

  accept(): void {
    this.#mark = this.#store.length;
  }

  drop(): void {
    this.#store.truncate(this.#mark);
  }

  takeFull(): void {
    const { call } = this.#core;
    this.#store.append(this.#core.bytes.subarray(call.outBase.value >>> 0, call.outPos.value >>> 0));
    call.clearOutput();
  }

  takeRest(): void {
    this.takeFull();
  }

  async end(rows: number): ReturnType<RowOutput['end']> {
    return { rows, pieces: this.#store.views(0, this.#store.length), rowGroup: null };
  }
}

/** One row group of Parquet. */
class RowGroupOutput implements RowOutput {
  readonly #core: Core;
  readonly #rowGroup: RowGroupWriter;
  /** The bodies of the pages. */
  readonly #store: BlockStore;
  #mark = { bytes: 0, pages: 0 };

  constructor(core: Core, rowGroup: RowGroupWriter, store: BlockStore) {
    this.#core = core;
    this.#rowGroup = rowGroup;
    this.#store = store;
  }

  get bytes(): number {
    return this.#store.length;
  }

  begin(): void {
    this.#store.truncate(0);
    this.#rowGroup.truncate(0);
    this.#core.call.beginRowGroup();
  }

  accept(): void {
    this.#mark = { bytes: this.#store.length, pages: this.#rowGroup.pages };
    this.#core.call.mark();
  }

  drop(): void {
    this.#store.truncate(this.#mark.bytes);
    this.#rowGroup.truncate(this.#mark.pages);
    this.#core.call.rollback();
  }

  takeFull(): void {
    this.#rowGroup.endPages();
  }

  takeRest(): void {}

  async end(rows: number): ReturnType<RowOutput['end']> {
    if (rows === 0) return { rows, pieces: [], rowGroup: null };
    const { pieces, facts } = await this.#rowGroup.end(rows);
    return { rows, pieces, rowGroup: facts };
  }
}
