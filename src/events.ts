import type { EngineName, TableFormatName, Warning } from './model.js';

/** What an export tells while it runs. Plain data; `--json` prints one a line. */
export type ExportEvent =
  | { readonly type: 'waiting'; readonly jobId: string; readonly status: string }
  | {
      readonly type: 'started';
      readonly jobId: string;
      readonly total: number | null;
      readonly tables: readonly string[];
      readonly engine: EngineName;
      /** Records that an earlier run has committed; 0 for a new export. */
      readonly resumedAt: number;
    }
  | {
      readonly type: 'progress';
      /** Records committed, of `total`. */
      readonly records: number;
      readonly total: number | null;
      readonly rows: number;
      /** Bytes of JSON read in this run. */
      readonly bytesRead: number;
    }
  | {
      readonly type: 'retry';
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly delayMs: number;
    }
  | ({ readonly type: 'warning' } & Warning)
  /** The name `latest` points to this export now. */
  | { readonly type: 'latest'; readonly out: string }
  /** An older export was removed. */
  | { readonly type: 'removed'; readonly out: string }
  | { readonly type: 'restarted'; readonly reason: string }
  | { readonly type: 'verifying'; readonly files: number }
  | {
      readonly type: 'committed';
      readonly table: string;
      readonly format: TableFormatName;
      /** Of the log of Delta Lake, or of the metadata of Iceberg. */
      readonly version: number;
    }
  | {
      readonly type: 'already-complete';
      readonly out: string;
      readonly rows: number;
      readonly finishedAt: string;
    }
  | {
      readonly type: 'finished';
      readonly out: string;
      readonly records: number;
      readonly rows: number;
      readonly files: number;
      readonly seconds: number;
    };

export type OnEvent = (event: ExportEvent) => void;
