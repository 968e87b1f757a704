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
  LOGIN_REFUSED: {
    exit: 1,
    meaning:
      'IAM refused user, password or scope; the password is not tried again, because IAM locks accounts',
    action: 'Check user, account (--domain), password and project; an account with MFA needs a token',
  },
  GRAPH_NOT_FOUND: {
    exit: 1,
    meaning: 'GES does not know the graph',
    action: 'Check --graph, --project-id and --endpoint: every graph has an address of its own',
  },
  TLS_UNTRUSTED: {
    exit: 1,
    meaning: 'The certificate of the server, or of a proxy, is not trusted',
    action: 'Give the certificate of its issuer with --ca-file; --insecure leaves the check out',
  },
  PROXY_REFUSED: {
    exit: 1,
    meaning: 'The proxy refused to pass the request on',
    action:
      'Check HTTP_PROXY or HTTPS_PROXY, with user name and password; NO_PROXY names hosts to reach without it',
  },
  JOB_FAILED: {
    exit: 1,
    meaning: 'The job itself failed',
    action: 'Read the reason in the message; submit the job again',
  },
  JOB_NOT_FOUND: {
    exit: 4,
    meaning: 'GES does not know the job: wrong ID, or its result was erased',
    action: 'Check the ID; "jobs list" names the jobs of a graph, whose results do not outlive its restart',
  },
  JOB_NOT_READY: {
    exit: 3,
    meaning: 'The job has not finished',
    action: 'Run the same command later, or with a longer --wait',
  },
  JOB_NOT_CANCELLED: {
    exit: 1,
    meaning: 'GES did not cancel the job',
    action: 'Read the reason in the message',
  },
  REQUEST_UNCERTAIN: {
    exit: 1,
    meaning: 'A request to submit or to cancel got no clear answer: it may have taken effect',
    action: 'Look with "jobs list" before you run the command again',
  },
  RESULT_TRUNCATED: {
    exit: 1,
    meaning: 'A HyG job declares more records than it gives: its JSON result was cut',
    action: 'Run the algorithm again with output format TXT, mode FULL, and dump it with export-result',
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
  PAGE_OVERLAP: {
    exit: 1,
    meaning: 'A page does not begin where the page before it ended: records would be missing or twice',
    action: 'Report it: this server does not page as documented, or its result changes while it is read',
  },
  PAGE_SHORT: {
    exit: 3,
    meaning: 'The server gave no records for a range inside the total, on every attempt',
    action: 'Run the same command again',
  },
  TOTAL_CHANGED: {
    exit: 1,
    meaning: 'The result is not the one that the export began with: it changed, or the job ran again',
    action: 'Choose another folder, or --force to export the new result in place of the old one',
  },
  HOST_CHANGED: {
    exit: 1,
    meaning: 'The export began at another address: results live in the memory of one graph',
    action: 'Give the address that it began with, or --force to start again',
  },
  ROW_TYPE_MISMATCH: {
    exit: 1,
    meaning:
      'A value or key does not fit its column, and --strict or standard output forbids the _overflow column',
    action: 'Leave --strict out, and export into a folder',
  },
  PARTITION_REFUSED: {
    exit: 2,
    meaning: 'The rows cannot be dealt out to partitions as --partition-by says',
    action: 'Choose another column; --force removes what was written',
  },
  SINK_WRITE: {
    exit: 1,
    meaning: 'An output file or folder cannot be written, or not be read again',
    action: 'Check the folder and its permissions',
  },
  SINK_DISK_FULL: {
    exit: 3,
    meaning: 'No space left for the output',
    action: 'Free space, then run the same command again',
  },
  STORE_UNAUTHORIZED: {
    exit: 1,
    meaning: 'The object store refused the credentials, or does not permit the operation',
    action: 'Check the keys and what they may do in the bucket',
  },
  STORE_NOT_FOUND: {
    exit: 2,
    meaning: 'The bucket does not exist',
    action: 'Create it, or correct --out, --s3-endpoint or --s3-region',
  },
  STORE_UNAVAILABLE: {
    exit: 3,
    meaning: 'The object store could not be reached or was busy, on every attempt',
    action: 'Check --s3-endpoint, then run the same command again',
  },
  STORE_REJECTED: {
    exit: 1,
    meaning: 'The object store refused a request',
    action: 'Read the error of the store in the message',
  },
  PACKAGE_MISSING: {
    exit: 2,
    meaning: 'An optional package that this option needs is not installed',
    action: 'Install it with the command in the message',
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
  TABLE_CONFLICT: {
    exit: 2,
    meaning: 'The table that is there does not take the columns of the export, or has its rows already',
    action: 'Choose another --out, or change the table with the engine that keeps it',
  },
  TABLE_FORMAT: {
    exit: 2,
    meaning:
      'The table that is there cannot be continued: its log is damaged, or uses what this program does not know',
    action: 'Read the reason in the message; choose another --out',
  },
  VERIFY_FAILED: {
    exit: 5,
    meaning: 'The files are not what the manifest, or the server, says',
    action: 'Export again',
  },
  LOAD_CLIENT_MISSING: {
    exit: 2,
    meaning: 'The client package of the database is not installed',
    action: 'Install the packages named',
  },
  LOAD_CONNECTION: {
    exit: 3,
    meaning: 'No connection to the database, or it broke',
    action: 'Check the address of the database, then run the same command again',
  },
  LOAD_REFUSED: {
    exit: 1,
    meaning: 'The database refused the user, a statement or a value',
    action: 'Read the reason in the message',
  },
  LOAD_SHAPE: {
    exit: 2,
    meaning: 'The table that is there has another shape than the export',
    action: 'Choose another --table, or change or drop the one that is there',
  },
  LOAD_BUSY: {
    exit: 3,
    meaning: 'Another process is loading the table, or holds the database file',
    action: 'Run the same command again when it has ended',
  },
  LOAD_SERVER_FULL: {
    exit: 3,
    meaning: 'The database has no space left',
    action: 'Free space there, then run the same command again',
  },
  LOAD_MISMATCH: {
    exit: 5,
    meaning: 'The database does not hold the rows that the manifest counts',
    action: 'Look at the table named; nothing was changed',
  },
  TIME_LIMIT: {
    exit: 3,
    meaning: 'The export took longer than --max-duration; the checkpoint is saved',
    action: 'Run the same command again',
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
  /** What to do, where more is known than the code says. */
  readonly action?: string | undefined;
}

/** Base of every failure that a caller may expect. Match on `code`, not on the text. */
export class GesExportError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** What to do about it. */
  readonly action: string;

  constructor(code: ErrorCode, message: string, options: GesExportErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
    this.action = options.action ?? ERROR_CODES[code].action;
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
  /** True when the same request may succeed with a fresh token. */
  readonly wantsNewToken: boolean;
  /** True when a smaller page may succeed where this one did not: it took too long, or was too long. */
  readonly isSizeFault: boolean;
  /** True when the server refused a window because there is none, by its own words. */
  readonly isPastEnd: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: GesExportErrorOptions & {
      readonly facts?: RequestFacts | undefined;
      readonly retryable: boolean;
      readonly retryAfterMs?: number | null;
      readonly wantsNewToken?: boolean;
      readonly isSizeFault?: boolean;
      readonly isPastEnd?: boolean;
    },
  ) {
    const { cause, action } = options;
    super(code, message, { cause, action, details: { ...options.facts, ...options.details } });
    this.facts = options.facts ?? {};
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.wantsNewToken = options.wantsNewToken ?? false;
    this.isSizeFault = options.isSizeFault ?? false;
    this.isPastEnd = options.isPastEnd ?? false;
  }

  /** The same error with something changed: each caller on its way out may know more than the one below. */
  with(
    changes: Partial<
      Pick<RequestError, 'message' | 'facts' | 'details' | 'retryable' | 'isSizeFault' | 'action'>
    >,
  ): RequestError {
    const { code, message, facts, details, action, cause } = this;
    const { retryable, retryAfterMs, wantsNewToken, isSizeFault, isPastEnd } = this;
    const verdict = { retryable, retryAfterMs, wantsNewToken, isSizeFault, isPastEnd };
    const same = { facts, details, action, cause, ...verdict };
    const SameClass = this.constructor as typeof RequestError;
    return new SameClass(code, changes.message ?? message, { ...same, ...changes });
  }
}

/** The job failed, is not there or is not ready. */
export class JobError extends RequestError {}

/** An answer breaks the rules of paging or of JSON. */
export class PageError extends RequestError {}

/** Rows could not be encoded or stored. */
export class SinkError extends GesExportError {}

/** The object store refused, or was not there. */
export class StoreError extends GesExportError {}

/** A checkpoint does not fit, or the output folder is taken. */
export class CheckpointError extends GesExportError {}

/** A table of Delta Lake or Apache Iceberg cannot take the export. */
export class TableError extends GesExportError {}

/** A database did not take the rows. */
export class LoadError extends GesExportError {}

/** Files and manifest, or files and server, disagree. */
export class VerifyError extends GesExportError {}
