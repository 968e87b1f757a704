import { checkLists, type OpenJob } from './job-source.js';
import { canonicalJson, type JsonObject, stringifyJson } from './json-value.js';
import type { DecodedBody, ExportedTable, TablePlan, Warning } from './model.js';
import { hygWarning } from './tables/hyg-results.js';
import { readScalars } from './tables/plan-tables.js';

/** Compares what stands beside the records on each page with the first page. */
export class ScalarWatch {
  readonly warnings: Warning[];
  readonly #scalars: JsonObject;

  constructor(scalars: JsonObject, earlier: readonly Warning[]) {
    this.#scalars = scalars;
    this.warnings = [...earlier];
  }

  /** @throws PageError `PAGE_INVALID` when the page holds a list that no table was planned for */
  compare(body: DecodedBody, offset: number, tables: readonly { readonly plan: TablePlan }[]): void {
    checkLists(
      tables.map((table) => table.plan),
      body,
      offset,
    );
    const scalars = readScalars(body);
    for (const [index, key] of scalars.keys.entries()) {
      // How long the algorithm ran is no part of the result, and some servers measure it anew.
      if (key === 'runtime' || this.warnings.some((warning) => warning.message.includes(`"${key}"`)))
        continue;
      const first = this.#scalars.get(key);
      const value = scalars.values[index];
      if (value === undefined || (first !== undefined && canonicalJson(first) === canonicalJson(value)))
        continue;
      const before = first === undefined ? 'is not on' : `was ${stringifyJson(first)} on`;
      this.warnings.push({
        code: 'SCALAR_CHANGED',
        message: `"${key}" ${before} the first page and is ${stringifyJson(value)} at offset ${offset}`,
      });
    }
  }
}

/** What the user should know about a finished export. */
export function exportWarnings(job: OpenJob, tables: readonly ExportedTable[]): Warning[] {
  const warnings: Warning[] = [...(job.warnings ?? [])];
  if (job.status === 'partial') {
    warnings.push({
      code: 'JOB_PARTIALLY_FAILED',
      message: `Job "${job.id}" has the status "${job.statusWord}": the result may lack records${job.reason === undefined ? '' : `: ${job.reason}`}`,
    });
  }
  if (job.status === 'unknown') {
    warnings.push({
      code: 'STATUS_UNKNOWN',
      message: `Job "${job.id}" has the status "${job.statusWord}", which is in no document; it holds data, so it was taken as finished`,
    });
  }
  if (job.isLikeHyg) {
    const records = Math.max(0, ...tables.map((table) => table.rows));
    warnings.push({ code: 'HYG_RESULT_MAY_BE_CUT', message: hygWarning(job.id, job.total ?? records) });
  }
  for (const table of tables) {
    if (table.overflowRows === 0) continue;
    warnings.push({
      code: 'OVERFLOW',
      message: `${table.overflowRows} rows of table "${table.name}" have values or keys that fit no column; they are in _overflow`,
    });
  }
  return warnings;
}
