import type { ResolvedConnection } from './config/options.js';
import { connect } from './connect.js';
import { createRowReader } from './decode/reference/row-reader.js';
import { ConfigError } from './errors.js';
import { planJob } from './job-sample.js';
import { openJob, recordsFor } from './job-source.js';
import { type JsonValue, stringifyJson } from './json-value.js';
import type { Column, DecodedBody, Row, TablePlan } from './model.js';
import { withOverflow } from './tables/plan-tables.js';

/** What `inspect` knows of a job. Cells are text, as CSV would write them. */
export interface JobReport {
  readonly id: string;
  readonly status: string;
  readonly total: number | null;
  readonly scalars: Readonly<Record<string, string>>;
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly Column[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

const MAX_ROWS = 1000;

/** @throws GesExportError; `CONFIG_INVALID` when `rows` is not from 0 to 1000 */
export async function inspectJob(
  connection: ResolvedConnection,
  jobId: string,
  rows: number,
): Promise<JobReport> {
  if (!Number.isInteger(rows) || rows < 0 || rows > MAX_ROWS) {
    throw new ConfigError('CONFIG_INVALID', `--rows must be a whole number from 0 to ${MAX_ROWS}`);
  }
  const client = connect(connection, 1);
  const { signal } = new AbortController();
  try {
    const job = await openJob(client, jobId, { waitMs: 0 });
    const options = { paths: 'list', raw: false, pageSize: MAX_ROWS } as const;
    const { plans } = await planJob(client, job, undefined, options, signal);
    const limit = Math.min(Math.max(rows, 1), job.total ?? rows);
    const first = limit > 0 ? (await job.fetchPage({ offset: 0, limit }, signal)).body : null;
    return {
      id: job.id,
      status: job.statusWord,
      total: job.total,
      scalars: Object.fromEntries(
        job.scalars.keys.map((key, index) => [key, stringifyJson(job.scalars.values[index] as JsonValue)]),
      ),
      tables: plans.map((plan) => ({
        name: plan.name,
        columns: plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
        rows: first === null ? [] : firstRows(plan, first, rows),
      })),
    };
  } finally {
    await client.close();
  }
}

function firstRows(plan: TablePlan, body: DecodedBody, limit: number): string[][] {
  const wide = plan.columns.some((column) => column.source === 'overflow') ? plan : withOverflow(plan);
  const reader = createRowReader(wide, (drift) => {
    throw new Error(`No place for ${stringifyJson(drift.misfits)}`);
  });
  const rows: Row[] = [];
  let offset = 0;
  for (const records of recordsFor(plan, body)) {
    for (const record of records) {
      if (rows.length < limit) reader.read(record, offset++, rows);
    }
  }
  return rows.slice(0, limit).map((row) => row.slice(0, plan.columns.length).map(cellText));
}

function cellText(cell: JsonValue): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return stringifyJson(cell);
  // A row is one line, whatever a cell holds.
  return /[\p{Cc}\p{Cf}]/u.test(cell) ? JSON.stringify(cell) : cell;
}
