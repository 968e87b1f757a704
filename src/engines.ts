import type { DecodeBody } from './client/ges-client.js';
import { BlockPool } from './decode/columnar/block-store.js';
import { takesTable } from './decode/columnar/core-plan.js';
import { WindowDecoder } from './decode/columnar/window-decoder.js';
import type { OpenJob } from './job-source.js';
import type { DecodedBody, EngineName, Page, TablePlan, Window } from './model.js';
import { driftHandler, type TableOutput, type TableWriter } from './table-writer.js';

/** Turns the answers of an export into rows that are written: one of them for all tables of an export. */
export interface Engine {
  readonly name: EngineName;
  /** Decodes the answer to a request that helps to fill a planned window; undefined: as the client does by itself. */
  decoderFor(planned: Window, asked: Window): DecodeBody | undefined;
  /** Hands the rows of a full window to the tables; the page must not be used afterwards. */
  writeWindow(page: Page<DecodedBody>, tables: readonly TableWriter[]): Promise<void>;
}

/** A decoder that has grown beyond this is not kept for the next window. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/**
 * The columnar engine, where it is wanted and takes every table of the export; else the reference engine. A result
 * that comes in one answer, or that states no total, is small or rare: the reference engine has it.
 */
export function engineFor(wanted: EngineName, job: OpenJob, plans: readonly TablePlan[]): EngineName {
  const isTaken =
    job.isPaged && job.isPlain && job.total !== null && plans.length > 0 && plans.every(takesTable);
  return wanted === 'columnar' && isTaken ? 'columnar' : 'reference';
}

/** @param maxAnswerBytes refuse longer answers */
export function openEngine(
  name: EngineName,
  plans: readonly TablePlan[],
  output: TableOutput,
  maxAnswerBytes: number,
): Engine {
  return name === 'columnar' ? columnarEngine(plans, output, maxAnswerBytes) : referenceEngine;
}

const referenceEngine: Engine = {
  name: 'reference',
  decoderFor: () => undefined,
  async writeWindow({ window, answers }, tables) {
    let offset = window.offset;
    for (const { body, count } of answers) {
      for (const table of tables) await table.writeAnswer(body, offset);
      offset += count;
      body.release();
    }
  },
};

function columnarEngine(plans: readonly TablePlan[], output: TableOutput, maxAnswerBytes: number): Engine {
  const { format, compression, csv } = output;
  const onDrift = driftHandler(output);
  const open = new Map<number, WindowDecoder>();
  const free: WindowDecoder[] = [];
  const pool = new BlockPool();

  function decoderOf(planned: Window): WindowDecoder {
    const known = open.get(planned.offset);
    if (known !== undefined) return known;
    const decoder =
      free.pop() ??
      new WindowDecoder({ plans, format: format.format, compression, csv, maxAnswerBytes, pool, onDrift });
    open.set(planned.offset, decoder);
    return decoder;
  }

  return {
    name: 'columnar',
    decoderFor: (planned, asked) => (chunks) => decoderOf(planned).readAnswer(chunks, asked),
    async writeWindow({ window }, tables) {
      const decoder = decoderOf(window);
      const encoded = await decoder.endWindow();
      for (const [index, table] of tables.entries()) {
        const rows = encoded[index];
        if (rows !== undefined) await table.writeEncoded(rows);
      }
      open.delete(window.offset);
      decoder.beginWindow();
      if (decoder.heldBytes <= MAX_KEPT_BYTES) free.push(decoder);
    },
  };
}
