import type { ExportIdentity } from './checkpoint/checkpoint-file.js';
import type { ResolvedExport } from './config/options.js';
import { PARTS_ROOT } from './destination/table-place.js';
import { engineFor } from './engines.js';
import type { OpenJob } from './job-source.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from './json-value.js';
import { isRowARecord, proveCompleteness } from './manifest/completeness.js';
import type { Manifest } from './manifest/manifest.js';
import type { ExportedTable, PartFile, TablePlan, Warning } from './model.js';
import { countWindows } from './pager/plan-windows.js';
import { VERSION } from './version.js';

export interface ManifestFacts {
  readonly options: ResolvedExport;
  readonly job: OpenJob;
  readonly identity: ExportIdentity;
  readonly plans: readonly TablePlan[];
  readonly tables: readonly ExportedTable[];
  /** Windows that were read and committed, and records in each of them. */
  readonly windows: number;
  readonly windowSize: number;
  readonly recordsRead: number;
  /** Rows counted again from the finished files. */
  readonly rowsInFiles: number;
  readonly warnings: readonly Warning[];
  readonly startedAt: string;
}

/**
 * The account of an export whose counts agree.
 *
 * @throws VerifyError `VERIFY_FAILED` when they do not
 */
export function buildManifest(facts: ManifestFacts): Manifest {
  const { options, job, identity, plans, tables } = facts;
  const { endpoint, projectId, graph } = identity;
  const completeness = prove(facts);
  const engine = engineFor(options.engine, job, plans);
  return {
    formatVersion: 1,
    ...(options.tableFormat === undefined ? {} : { root: PARTS_ROOT }),
    tool: { name: 'ges-export', version: VERSION },
    job: { id: job.id, status: job.statusWord },
    source: { endpoint, projectId, graph },
    total: completeness.recordsDeclared,
    scalars: Object.fromEntries(
      job.scalars.keys.map((key, index) => [key, plain(job.scalars.values[index] as JsonValue)]),
    ),
    options: identity.options,
    fingerprint: identity.fingerprint,
    tables: tables.map(({ name, rows, overflowRows, columns, partitionBy, files }) => ({
      name,
      rows,
      overflowRows,
      engine,
      columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
      partitionBy,
      files: files.map(inOrder),
    })),
    completeness,
    warnings: [...facts.warnings],
    startedAt: facts.startedAt,
    finishedAt: new Date().toISOString(),
  };
}

/** The same bytes whether the account of a part came from this run or from a checkpoint. */
function inOrder({ path, rows, bytes, sha256, firstOffset, endOffset, partition }: PartFile): PartFile {
  return { path, rows, bytes, sha256, firstOffset, endOffset, partition };
}

function prove(facts: ManifestFacts): Manifest['completeness'] {
  const { options, job, plans, tables, windows, windowSize, recordsRead, rowsInFiles } = facts;
  const planned = (total: number) =>
    job.isPaged ? countWindows(total, windowSize, options.rowsPerFile) : Math.min(1, total);
  // Of several lists in one answer no page says which of them the total counts.
  const rowIsRecord = plans.length === 1 && plans.every((plan) => isRowARecord(plan, job.primary));
  return proveCompleteness({
    windows,
    windowsPlanned: job.total === null ? null : planned(job.total),
    recordsDeclared: job.total,
    recordsRead,
    tables: tables.map(({ name, rows }) => ({ name, rows, isRowARecord: rowIsRecord })),
    rowsInFiles,
  });
}

/** A number stays a number where a double gives its digits back, else it is kept as text. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber)
    return String(Number(value.text)) === value.text ? Number(value.text) : plainNumber(value);
  if (isJsonArray(value)) return value.map(plain);
  if (value instanceof JsonObject) {
    return Object.fromEntries(value.keys.map((key, index) => [key, plain(value.values[index] as JsonValue)]));
  }
  return value;
}

function plainNumber(value: JsonNumber): number | string {
  const isExactInteger = value.isInteger && Number.isSafeInteger(Number(value.text));
  const isFraction = !value.isInteger && Number.isFinite(Number(value.text));
  return isExactInteger || isFraction ? Number(value.text) : value.text;
}
