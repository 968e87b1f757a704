import { Worker } from 'node:worker_threads';
import type { EncodedRows, Window } from '../../../model.js';
import type { Drift } from '../../reference/row-reader.js';
import type { AnswerFacts } from '../answer-facts.js';
import { INPUT_BLOCKS, INPUT_BYTES, type Order, type Report, toError, type WorkerSetup } from './messages.js';

type Done = Extract<Report, { readonly kind: 'answer' | 'rows' }>;

/** What one request to the worker waits for. */
interface Waiting {
  readonly done: (report: Done) => void;
  readonly failed: (error: unknown) => void;
}

/** One worker, seen from the main thread. */
export class DecodeThread {
  /** Windows that it has. */
  windows = 0;
  readonly #worker: Worker;
  readonly #onDrift: (drift: Drift) => never;
  readonly #input: Uint8Array;
  readonly #freeBlocks = Array.from({ length: INPUT_BLOCKS }, (_, block) => block);
  readonly #wantBlock: (() => void)[] = [];
  readonly #spare: Buffer[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** Why the worker ended before its time. */
  #death: { readonly error: unknown } | null = null;

  constructor(options: WorkerSetup['options'], onDrift: (drift: Drift) => never) {
    const input = new SharedArrayBuffer(INPUT_BLOCKS * INPUT_BYTES);
    const workerData: WorkerSetup = { options, input };
    this.#input = new Uint8Array(input);
    this.#onDrift = onDrift;
    this.#worker = new Worker(new URL('./decode-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (report: Report) => this.#receive(report));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('A worker that decodes answers has ended')));
  }

  /** @throws whatever reading the chunks, decoding them or `onDrift` throws */
  async readAnswer(chunks: AsyncIterable<Uint8Array>, planned: Window, asked: Window): Promise<AnswerFacts> {
    const id = this.#nextId++;
    let failure: { readonly error: unknown } | null = null;
    const answer = this.#request(id);
    answer.catch((error: unknown) => {
      failure = { error };
    });
    const staged = this.#spare.pop() ?? Buffer.allocUnsafeSlow(INPUT_BYTES);
    try {
      this.#order({ kind: 'begin', id, planned, asked });
      let filled = 0;
      for await (const chunk of chunks) {
        for (let from = 0; from < chunk.length; ) {
          const piece = chunk.subarray(from, from + INPUT_BYTES - filled);
          staged.set(piece, filled);
          filled += piece.length;
          from += piece.length;
          if (filled < INPUT_BYTES) break;
          await this.#send(id, staged);
          filled = 0;
        }
        // A damaged answer is not read to its end.
        if (failure !== null) break;
      }
      await this.#send(id, staged.subarray(0, filled));
      this.#order({ kind: 'end', id });
      const report = await answer;
      if (report.kind !== 'answer') throw new Error('A worker gave rows where it was asked for an answer');
      return report.facts;
    } finally {
      this.#waiting.delete(id);
      this.#spare.push(staged);
    }
  }

  async endWindow(planned: Window): Promise<readonly EncodedRows[]> {
    const id = this.#nextId++;
    const rows = this.#request(id);
    this.#order({ kind: 'rows', id, planned });
    const report = await rows;
    if (report.kind !== 'rows') throw new Error('A worker gave an answer where it was asked for rows');
    return report.encoded;
  }

  freeWindow(planned: Window): void {
    this.#order({ kind: 'free', planned });
  }

  async close(): Promise<void> {
    this.#die(new Error('The decoders are closed'));
    await this.#worker.terminate();
  }

  #request(id: number): Promise<Done> {
    const request = new Promise<Done>((done, failed) => this.#waiting.set(id, { done, failed }));
    if (this.#death !== null) this.#fail(id, this.#death.error);
    return request;
  }

  #order(order: Order): void {
    this.#worker.postMessage(order);
  }

  /** Copies bytes of an answer to where the worker reads them, as soon as there is room. */
  async #send(id: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    while (this.#freeBlocks.length === 0 && this.#death === null)
      await new Promise<void>((resolve) => this.#wantBlock.push(resolve));
    const block = this.#freeBlocks.pop();
    // A worker that is dead takes nothing; the request has its error.
    if (block === undefined) return;
    this.#input.set(bytes, block * INPUT_BYTES);
    this.#order({ kind: 'bytes', id, block, length: bytes.length });
  }

  #receive(report: Report): void {
    if (report.kind === 'taken') {
      this.#freeBlocks.push(report.block);
      this.#wantBlock.shift()?.();
    } else if (report.kind === 'failed') this.#fail(report.id, toError(report.failure, this.#onDrift));
    else {
      const { id } = report;
      this.#waiting.get(id)?.done(report);
      this.#waiting.delete(id);
    }
  }

  #fail(id: number, error: unknown): void {
    this.#waiting.get(id)?.failed(error);
    this.#waiting.delete(id);
  }

  #die(error: unknown): void {
    this.#death ??= { error };
    for (const id of [...this.#waiting.keys()]) this.#fail(id, this.#death.error);
    for (const wake of this.#wantBlock.splice(0)) wake();
  }
}
