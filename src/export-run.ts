import type { ResolvedExport } from './config/options.js';
import type { OnEvent } from './events.js';
import type { Manifest } from './manifest/manifest.js';
import type { TableWriter } from './table-writer.js';

/** What is known before the server is asked. */
export interface RunStart {
  readonly options: ResolvedExport;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

/** One run of an export: what was asked for, and who wants to know of it. */
export interface Run extends RunStart {
  /** Blots secrets out of a text. */
  readonly clean: (text: string) => string;
}

export function rowsOf(tables: readonly TableWriter[]): number {
  return tables.reduce((sum, table) => sum + table.rows, 0);
}

export function reportWarnings(run: Run, { warnings }: Manifest): void {
  for (const warning of warnings) run.onEvent({ type: 'warning', ...warning });
}

export function reportEnd(run: Run, manifest: Manifest): void {
  run.onEvent({
    type: 'finished',
    out: run.options.out,
    records: manifest.total,
    rows: manifest.completeness.rowsDecoded,
    files: manifest.tables.reduce((sum, table) => sum + table.files.length, 0),
    seconds: (Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000,
  });
}
