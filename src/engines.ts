import type { DecodeBody } from './client/ges-client.js';
import { BlockPool, sharedBlock } from './decode/columnar/block-store.js';
import { takesTable } from './decode/columnar/core-plan.js';
import { LocalDecoders, type WindowDecoders } from './decode/columnar/window-decoders.js';
import { WorkerDecoders } from './decode/columnar/workers/worker-decoders.js';
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
  /** To be called at the end, however it comes. */
  close(): Promise<void>;
}

/**
 * The columnar engine, where it is wanted and takes every table of the export; else the reference engine. A result
 * that comes in one answer, or that states no total, is small or rare: the reference engine has it.
 */
export function engineFor(wanted: EngineName, job: OpenJob, plans: readonly TablePlan[]): EngineName {
  const isTaken =
    job.isPaged && job.isPlain && job.total !== null && plans.length > 0 && plans.every(takesTable);
  return wanted === 'columnar' && isTaken ? 'columnar' : 'reference';
}

/**
 * @param maxAnswerBytes refuse longer answers
 * @param watched offsets of records whose marks are kept, ascending
 * @param workers threads that decode for the columnar engine; 0: the calling one
 */
export function openEngine(
  name: EngineName,
  plans: readonly TablePlan[],
  output: TableOutput,
  maxAnswerBytes: number,
  watched: readonly number[],
  workers: number,
): Engine {
  if (name === 'reference') return referenceEngine;
  const { format, compression, csv } = output;
  const onDrift = driftHandler(output);
  const options = { plans, format: format.format, compression, csv, maxAnswerBytes, watched, onDrift };
  return columnarEngine(
    workers === 0
      ? new LocalDecoders({ ...options, pool: new BlockPool(sharedBlock) })
      : new WorkerDecoders(workers, options),
  );
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
  close: async () => {},
};

function columnarEngine(decoders: WindowDecoders): Engine {
  return {
    name: 'columnar',
    decoderFor: (planned, asked) => (chunks) => decoders.readAnswer(chunks, planned, asked),
    async writeWindow({ window }, tables) {
      const encoded = await decoders.endWindow(window);
      for (const [index, table] of tables.entries()) {
        const rows = encoded[index];
        if (rows !== undefined) await table.writeEncoded(rows);
      }
      decoders.freeWindow(window);
    },
    close: () => decoders.close(),
  };
}
