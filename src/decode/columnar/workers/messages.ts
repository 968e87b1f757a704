import { type ErrorCode, PageError, type RequestFacts, SinkError } from '../../../errors.js';
import { type JsonObject, stringifyJson } from '../../../json-value.js';
import type { EncodedRows, Window } from '../../../model.js';
import { parseChecked } from '../../reference/parse-json.js';
import type { Drift } from '../../reference/row-reader.js';
import type { AnswerFacts } from '../answer-facts.js';
import type { WindowDecoderOptions } from '../window-decoder.js';

/** What a worker needs at its start. */
export interface WorkerSetup {
  readonly options: Omit<WindowDecoderOptions, 'pool' | 'onDrift'>;
  /** INPUT_BLOCKS blocks of INPUT_BYTES for the bytes of answers. */
  readonly input: SharedArrayBuffer;
}

/** Large enough that messages are few, small enough that a worker begins early. */
export const INPUT_BYTES = 128 * 1024;
export const INPUT_BLOCKS = 8;

/** To a worker, in the order in which it must act. */
export type Order =
  /** Number `id` is to be read; whatever was begun for the window before is given up. */
  | { readonly kind: 'begin'; readonly id: number; readonly planned: Window; readonly asked: Window }
  /** Bytes of answer `id`: the first `length` of an input block. */
  | { readonly kind: 'bytes'; readonly id: number; readonly block: number; readonly length: number }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'rows'; readonly id: number; readonly planned: Window }
  | { readonly kind: 'free'; readonly planned: Window };

/** From a worker. */
export type Report =
  /** The input block may be filled again. */
  | { readonly kind: 'taken'; readonly block: number }
  | { readonly kind: 'answer'; readonly id: number; readonly facts: AnswerFacts }
  | { readonly kind: 'rows'; readonly id: number; readonly encoded: readonly EncodedRows[] }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };

/** An error on its way between threads, where classes are lost. */
export type Failure =
  | { readonly kind: 'drift'; readonly table: string; readonly offset: number; readonly misfits: string }
  | {
      readonly kind: 'page' | 'sink';
      readonly code: ErrorCode;
      readonly message: string;
      readonly action: string;
      readonly details: Readonly<Record<string, unknown>>;
      readonly facts: RequestFacts;
      readonly retryable: boolean;
      readonly isSizeFault: boolean;
    }
  | { readonly kind: 'defect'; readonly message: string; readonly stack: string };

/** Thrown in a worker where the main thread has to decide about drift. */
export class DriftSignal extends Error {
  readonly drift: Drift;

  constructor(drift: Drift) {
    super('A record does not fit its table');
    this.drift = drift;
  }
}

export function toFailure(error: unknown): Failure {
  if (error instanceof DriftSignal) {
    const { table, offset, misfits } = error.drift;
    return { kind: 'drift', table, offset, misfits: stringifyJson(misfits) };
  }
  if (error instanceof PageError) {
    const { code, message, action, details, facts, retryable, isSizeFault } = error;
    return { kind: 'page', code, message, action, details, facts, retryable, isSizeFault };
  }
  if (error instanceof SinkError) {
    const { code, message, action, details } = error;
    return { kind: 'sink', code, message, action, details, facts: {}, retryable: false, isSizeFault: false };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'defect', message, stack: stack ?? message };
}

/** The error as it was thrown in the worker, or whatever `onDrift` throws. */
export function toError(failure: Failure, onDrift: (drift: Drift) => never): unknown {
  if (failure.kind === 'drift') {
    const { table, offset } = failure;
    try {
      onDrift({ table, offset, misfits: parseChecked(failure.misfits) as JsonObject });
    } catch (error) {
      return error;
    }
  }
  if (failure.kind === 'defect') {
    const error = new Error(failure.message);
    error.stack = failure.stack;
    return error;
  }
  const { kind, code, message, ...options } = failure;
  return kind === 'page' ? new PageError(code, message, options) : new SinkError(code, message, options);
}
