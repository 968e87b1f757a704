import type { ExportIdentity } from './checkpoint/checkpoint-file.js';
import type { OpenJob } from './job-source.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from './json-value.js';
import type { Manifest } from './manifest/manifest.js';
import type { EngineName, ExportedTable, Warning } from './model.js';
import { VERSION } from './version.js';

export interface ManifestFacts {
  readonly job: OpenJob;
  readonly identity: ExportIdentity;
  readonly engine: EngineName;
  readonly tables: readonly ExportedTable[];
  readonly completeness: Manifest['completeness'];
  readonly warnings: readonly Warning[];
  readonly startedAt: string;
}

/** The account of an export whose counts agree. */
export function buildManifest(facts: ManifestFacts): Manifest {
  const { job, identity, tables, completeness } = facts;
  const { endpoint, projectId, graph } = identity;
  return {
    formatVersion: 1,
    tool: { name: 'ges-export', version: VERSION },
    job: { id: job.id, status: job.statusWord },
    source: { endpoint, projectId, graph },
    total: completeness.recordsDeclared,
    scalars: Object.fromEntries(
      job.scalars.keys.map((key, index) => [key, plain(job.scalars.values[index] as JsonValue)]),
    ),
    options: identity.options,
    fingerprint: identity.fingerprint,
    tables: tables.map(({ name, rows, overflowRows, columns, files }) => ({
      name,
      rows,
      overflowRows,
      engine: facts.engine,
      columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
      files: [...files],
    })),
    completeness,
    warnings: [...facts.warnings],
    startedAt: facts.startedAt,
    finishedAt: new Date().toISOString(),
  };
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
