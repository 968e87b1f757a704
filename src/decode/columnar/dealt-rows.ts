import { setImmediate } from 'node:timers/promises';
import type { DealtBlock } from '../../model.js';
import type { PartitionValue } from '../../partition.js';
import type { BlockStore } from './block-store.js';
import type { Core } from './core.js';
import type { PartitionEncoder } from './partition-encoder.js';
import type { RowOutput } from './row-output.js';

// What core/layout.ts calls RUN_BYTES, RUN_LENGTH, RUN_ROWS and NULL_VALUE.
const RUN_BYTES = 12;
const RUN_LENGTH = 0;
const RUN_ROWS = 4;
const NULL_VALUE = 0xffff_ffff;

/** After so many bytes of rows other work gets its turn. */
const BYTES_PER_TURN = 256 * 1024;

/** Rows of one partition that follow each other where the rows wait. */
interface Run {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

/** Rows dealt out to partitions: while they come they wait as lines, and when the window ends they become blocks. */
export class DealtRows implements RowOutput {
  readonly #core: Core;
  /** How many columns deal the rows out. */
  readonly #columns: number;
  readonly #encoder: PartitionEncoder;
  /** The lines, in runs. */
  readonly #lines: BlockStore;
  readonly #runs: Run[] = [];
  #mark = { bytes: 0, runs: 0 };
  #isEncoding = false;

  constructor(core: Core, columns: number, encoder: PartitionEncoder, lines: BlockStore) {
    this.#core = core;
    this.#columns = columns;
    this.#encoder = encoder;
    this.#lines = lines;
  }

  get bytes(): number {
    return this.#lines.length;
  }

  begin(): void {
    this.#lines.truncate(0);
    this.#runs.length = 0;
    this.#encoder.clear();
    this.#isEncoding = false;
    this.#core.call.beginDealing();
  }

  accept(): void {
    this.#mark = { bytes: this.#lines.length, runs: this.#runs.length };
    this.#core.call.markPartitions();
  }

  drop(): void {
    this.#lines.truncate(this.#mark.bytes);
    this.#runs.length = this.#mark.runs;
    this.#core.call.rollbackPartitions();
  }

  takeFull(): void {
    if (this.#isEncoding) this.#encoder.takeFull();
    else this.takeRest();
  }

  takeRest(): void {
    const { call } = this.#core;
    const start = call.dealOutput() >>> 0;
    const length = (call.outPos.value >>> 0) - (call.outBase.value >>> 0);
    let at = this.#lines.length;
    this.#lines.append(this.#core.bytes.subarray(start, start + length));
    const count = call.partitionCount();
    for (let partition = 0; partition < count; partition++) {
      const run = (call.runs.value >>> 0) + partition * RUN_BYTES;
      const rows = this.#core.bytes.readUInt32LE(run + RUN_ROWS);
      if (rows === 0) continue;
      const end = at + this.#core.bytes.readUInt32LE(run + RUN_LENGTH);
      this.#runs.push({ partition, start: at, end, rows });
      at = end;
    }
    call.clearOutput();
  }

  async end(rows: number): ReturnType<RowOutput['end']> {
    const partitions = Array.from({ length: this.#core.call.partitionCount() }, (_, index) => ({
      partition: this.#valuesOf(index),
      runs: [] as Run[],
    }));
    for (const run of this.#runs) partitions[run.partition]?.runs.push(run);
    this.#isEncoding = true;
    const blocks: DealtBlock[] = [];
    let bytes = 0;
    for (const { partition, runs } of partitions) {
      this.#encoder.begin();
      for (const run of runs) {
        this.#encoder.take(this.#lines.views(run.start, run.end));
        bytes += run.end - run.start;
        if (bytes < BYTES_PER_TURN) continue;
        bytes = 0;
        await setImmediate();
      }
      const dealtRows = runs.reduce((sum, run) => sum + run.rows, 0);
      blocks.push({ partition, ...(await this.#encoder.end(dealtRows)) });
    }
    return { rows, pieces: [], rowGroup: null, partitions: blocks };
  }

  /** The values of a partition, from its key. */
  #valuesOf(index: number): readonly PartitionValue[] {
    const { bytes } = this.#core;
    let at = this.#core.call.keyOf(index) >>> 0;
    return Array.from({ length: this.#columns }, () => {
      const length = bytes.readUInt32LE(at);
      at += 4;
      if (length === NULL_VALUE) return null;
      at += length;
      return bytes.toString('utf8', at - length, at);
    });
  }
}
