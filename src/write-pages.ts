import { type ResolvedExport, WORKER_BYTES } from './config/options.js';
import { MAX_ANSWER_BYTES } from './connect.js';
import { type Engine, engineFor, openEngine } from './engines.js';
import { type Run, rowsOf } from './export-run.js';
import { type JobSample, SampleGuard } from './job-sample.js';
import type { OpenJob } from './job-source.js';
import type { Window } from './model.js';
import { readPages } from './pager/read-pages.js';
import type { TableOutput, TableWriter } from './table-writer.js';
import type { ScalarWatch } from './warnings.js';

export interface PageWriting {
  readonly job: OpenJob;
  readonly sample: JobSample;
  readonly run: Run;
  readonly output: TableOutput;
  readonly tables: readonly TableWriter[];
  readonly watch: ScalarWatch;
  readonly startOffset: number;
  readonly windowSize: number;
  /** Called when all rows of a window are with their tables. */
  readonly commit: (window: Window) => Promise<void>;
}

/**
 * Reads window after window and hands its rows to the tables: `pager → decode → sink`.
 *
 * @throws as `readPages`, the engine and the tables do
 */
export async function writePages(work: PageWriting): Promise<void> {
  const { job, run, output, tables, startOffset } = work;
  const { options, onEvent } = run;
  const plans = tables.map((table) => table.plan);
  const name = engineFor(options.engine, job, plans);
  onEvent({
    type: 'started',
    jobId: job.id,
    total: job.total,
    tables: plans.map((plan) => plan.name),
    engine: name,
    resumedAt: startOffset,
  });
  const guard = new SampleGuard(work.sample);
  const engine = openEngine(name, plans, output, MAX_ANSWER_BYTES, guard.watched, options.workers);
  try {
    await readAndWrite(work, engine, guard);
  } finally {
    await engine.close();
  }
}

async function readAndWrite(work: PageWriting, engine: Engine, guard: SampleGuard): Promise<void> {
  const { job, sample, run, tables, watch, startOffset } = work;
  const { options, signal, onEvent } = run;
  const unlimited = Number.MAX_SAFE_INTEGER;
  let bytesRead = 0;
  let end = startOffset;
  for await (const page of readPages({
    fetchPage: (asked, abort, planned) => job.fetchPage(asked, abort, engine.decoderFor(planned, asked)),
    probePage: job.probePage,
    total: job.total,
    startOffset,
    pageSize: job.isPaged ? work.windowSize : unlimited,
    boundary: job.isPaged ? options.rowsPerFile : unlimited,
    concurrency: options.concurrency,
    maxHeldBytes: heldBytes(options, HELD_SHARE),
    maxHeldBytesFar: heldBytes(options, HELD_SHARE_FAR),
    recordBytes: sample.recordBytes,
    signal,
  })) {
    let offset = page.window.offset;
    for (const { body, count } of page.answers) {
      watch.compare(body, offset, tables);
      offset += count;
      bytesRead += body.bytes;
    }
    if (job.isPaged) guard.check(page);
    await engine.writeWindow(page, tables);
    await work.commit(page.window);
    onEvent({ type: 'progress', records: offset, total: job.total, rows: rowsOf(tables), bytesRead });
    end = page.window.offset + page.window.limit;
  }
  if (job.isPaged) guard.checkEnd(end, tables);
}

/**
 * What waits and what is on its way may take this share of the memory, beyond the two windows that there must be: one
 * to read, one to write. More windows hide latency, and those of small pages are small
 * (docs/decisions/0005-memory.md).
 */
const HELD_SHARE = 1 / 16;

/** Of a server that is far away; so much that an export stays below 150 MiB at the default of `--memory`. */
const HELD_SHARE_FAR = 1 / 5;

/** With workers, as many windows as there are threads to decode them; what the threads take by themselves is no one's. */
const HELD_SHARE_OF_WORKERS = 1 / 4;

function heldBytes({ memory, workers }: ResolvedExport, share: number): number {
  return workers === 0 ? memory * share : (memory - workers * WORKER_BYTES) * HELD_SHARE_OF_WORKERS;
}
