import type { Window } from './model.js';

/**
 * Every code, with what it means and what to do. `docs/errors.md` is generated from this table.
 *
 * `exit` is the exit code of the command (README, "Exit codes").
 */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    exit: 2,
    meaning: 'An option, variable or file is missing or wrong',
    action: 'Correct the option named',
  },
  CONFIG_CONFLICT: {
    exit: 2,
    meaning: 'Two options exclude each other',
    action: 'Change one of the options named',
  },
  REQUEST_TIMEOUT: {
    exit: 3,
    meaning: 'The server did not answer in time, on every attempt',
    action: 'Run the same command again',
  },
  REQUEST_CONNECTION: {
    exit: 3,
    meaning: 'No connection to the server, or it broke on every attempt',
    action: 'Check the endpoint and the network, then run the same command again',
  },
  REQUEST_BUSY: {
    exit: 3,
    meaning: 'The server answered 408, 413, 429, 5xx or a passing GES error on every attempt',
    action: 'Run the same command again later',
  },
  API_REJECTED: {
    exit: 1,
    meaning: 'GES refused the request',
    action: 'Read the GES error code in the message',
  },
  API_UNAUTHORIZED: { exit: 1, meaning: 'GES refused the token', action: 'Get a new token for this project' },
  JOB_FAILED: {
    exit: 1,
    meaning: 'The job itself failed',
    action: 'Read the reason in the message; submit the job again',
  },
  JOB_NOT_FOUND: {
    exit: 4,
    meaning: 'GES does not know the job: wrong ID, or its result was erased',
    action: 'Check the ID with "jobs list"; results do not outlive a restart of the graph',
  },
  JOB_NOT_READY: {
    exit: 3,
    meaning: 'The job has not finished',
    action: 'Run the same command later, or with a longer --wait',
  },
  PAGE_INVALID: {
    exit: 3,
    meaning: 'An answer is not valid JSON or not an answer of GES, on every attempt',
    action: 'Run the same command again; if it stays, check what stands between here and the graph',
  },
  PAGE_OFFSET_MISMATCH: {
    exit: 1,
    meaning: 'A page did not echo the offset that was asked for',
    action: 'Report it: this server does not page as documented',
  },
  PAGE_COUNT_MISMATCH: {
    exit: 1,
    meaning: 'A page holds another number of records than it declares',
    action: 'Report it: this server does not page as documented',
  },
  PAGE_REPEATED: {
    exit: 1,
    meaning: 'Two different windows gave the same records: the server ignores the offset',
    action: 'Report it: this server does not page as documented',
  },
  PAGE_SHORT: {
    exit: 3,
    meaning: 'The server gave no records for a range inside the total, on every attempt',
    action: 'Run the same command again',
  },
  TOTAL_CHANGED: {
    exit: 1,
    meaning: 'The result changed while it was read',
    action: 'Remove the output folder or use --force to start again',
  },
  ROW_TYPE_MISMATCH: {
    exit: 1,
    meaning: 'A value or key does not fit its column and --strict forbids the _overflow column',
    action: 'Leave --strict out',
  },
  SINK_WRITE: {
    exit: 1,
    meaning: 'An output file or folder cannot be written',
    action: 'Check the folder and its permissions',
  },
  SINK_DISK_FULL: {
    exit: 3,
    meaning: 'No space left for the output',
    action: 'Free space, then run the same command again',
  },
  OUTPUT_LOCKED: {
    exit: 3,
    meaning: 'Another export is writing to the folder',
    action: 'Wait for it, or choose another folder',
  },
  OUTPUT_OCCUPIED: {
    exit: 2,
    meaning: 'The folder holds something else',
    action: 'Choose another folder, or --force to replace it',
  },
  CHECKPOINT_INVALID: {
    exit: 2,
    meaning: 'The checkpoint cannot be read, or the files do not match it',
    action: 'Use --force to start again',
  },
  CHECKPOINT_MISMATCH: {
    exit: 2,
    meaning: 'The checkpoint was made by an export with other options or of another job',
    action: 'Give the same options, choose another folder, or --force to start again',
  },
  VERIFY_FAILED: {
    exit: 5,
    meaning: 'The files are not what the manifest, or the server, says',
    action: 'Export again',
  },
  INTERRUPTED: {
    exit: 130,
    meaning: 'Stopped by a signal; the checkpoint is saved',
    action: 'Run the same command again',
  },
} as const satisfies Record<string, { exit: number; meaning: string; action: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What is known about a failed request. */
export interface RequestFacts {
  readonly window?: Window | undefined;
  /** Counts from 1. */
  readonly attempt?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly gesErrorCode?: string | undefined;
  readonly gesErrorMessage?: string | undefined;
  /** The `TraceID` response header. */
  readonly traceId?: string | undefined;
}

export interface GesExportErrorOptions {
  readonly cause?: unknown;
  /** Plain data for logs; never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Base of every failure that a caller may expect. Match on `code`, not on the text. */
export class GesExportError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: GesExportErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** An option, a variable or a configuration file is wrong. */
export class ConfigError extends GesExportError {}

/** A request got no usable answer. */
export class RequestError extends GesExportError {
  readonly facts: RequestFacts;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds the server asked to wait (`Retry-After`); null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: GesExportErrorOptions & {
      readonly facts?: RequestFacts | undefined;
      readonly retryable: boolean;
      readonly retryAfterMs?: number | null;
    },
  ) {
    super(code, message, { cause: options.cause, details: { ...options.facts, ...options.details } });
    this.facts = options.facts ?? {};
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** The job failed, is not there or is not ready. */
export class JobError extends RequestError {}

/** An answer breaks the rules of paging or of JSON. */
export class PageError extends RequestError {}

/** Rows could not be encoded or stored. */
export class SinkError extends GesExportError {}

/** A checkpoint does not fit, or the output folder is taken. */
export class CheckpointError extends GesExportError {}

/** Files and manifest, or files and server, disagree. */
export class VerifyError extends GesExportError {}
