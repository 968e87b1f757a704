// Runs in a worker thread: decodes whole windows as the main thread orders.
import { parentPort, workerData } from 'node:worker_threads';
import type { EncodedRows } from '../../../model.js';
import { BlockPool, sharedBlock } from '../block-store.js';
import type { AnswerReader } from '../window-decoder.js';
import { LocalDecoders } from '../window-decoders.js';
import {
  DriftSignal,
  INPUT_BYTES,
  type Order,
  type Report,
  toFailure,
  type WorkerSetup,
} from './messages.js';

const { options, input } = workerData as WorkerSetup;
const decoders = new LocalDecoders({
  ...options,
  // The main thread writes the rows from where they are.
  pool: new BlockPool(sharedBlock),
  onDrift: (drift) => {
    throw new DriftSignal(drift);
  },
});
/** Answers that are being read, by number; one that failed is not there any more. */
const answers = new Map<number, AnswerReader>();
/** The number of the answer that a window reads, by the offset of the window. */
const current = new Map<number, number>();

function report(message: Report, moved: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

/** What cannot be done is the answer's failure, not the worker's. */
function attempt(id: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    answers.delete(id);
    report({ kind: 'failed', id, failure: toFailure(error) });
  }
}

parentPort?.on('message', (order: Order) => {
  switch (order.kind) {
    case 'begin': {
      const { id, planned, asked } = order;
      answers.delete(current.get(planned.offset) ?? -1);
      current.set(planned.offset, id);
      attempt(id, () => answers.set(id, decoders.beginAnswer(planned, asked)));
      return;
    }
    case 'bytes': {
      const { id, block, length } = order;
      attempt(id, () => answers.get(id)?.take(Buffer.from(input, block * INPUT_BYTES, length)));
      report({ kind: 'taken', block });
      return;
    }
    case 'end': {
      const { id } = order;
      attempt(id, () => {
        const facts = answers.get(id)?.end();
        answers.delete(id);
        if (facts !== undefined)
          report({ kind: 'answer', id, facts: { ...facts, kept: Uint8Array.from(facts.kept) } });
      });
      return;
    }
    case 'rows': {
      const { id, planned } = order;
      decoders.endWindow(planned).then(
        (encoded) => reportRows(id, encoded),
        (error: unknown) => report({ kind: 'failed', id, failure: toFailure(error) }),
      );
      return;
    }
    case 'free':
      current.delete(order.planned.offset);
      decoders.freeWindow(order.planned);
  }
});

/** Pieces that are not shared are copied out of the memory that they are views of, and moved. */
function reportRows(id: number, encoded: readonly EncodedRows[]): void {
  const moved: ArrayBuffer[] = [];
  const toSend = (piece: Uint8Array): Uint8Array => {
    if (piece.buffer instanceof SharedArrayBuffer) return piece;
    const copy = Uint8Array.from(piece);
    moved.push(copy.buffer);
    return copy;
  };
  const rows = encoded.map(({ partitions, ...whole }) => ({
    ...whole,
    pieces: whole.pieces.map(toSend),
    partitions: partitions?.map((block) => ({ ...block, pieces: block.pieces.map(toSend) })),
  }));
  report({ kind: 'rows', id, encoded: rows }, moved);
}
