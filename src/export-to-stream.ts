import { buildManifest } from './build-manifest.js';
import type { GesClient } from './client/ges-client.js';
import { createStreamPart } from './destination/stdout-part.js';
import { writeWhole } from './destination/whole-writes.js';
import { ConfigError } from './errors.js';
import { identityOf } from './export-identity.js';
import { type Run, reportEnd, reportWarnings, rowsOf } from './export-run.js';
import { sampleJob } from './job-sample.js';
import type { OpenJob } from './job-source.js';
import type { Manifest } from './manifest/manifest.js';
import { planExport, windowSizeOf } from './plan-export.js';
import { tableOutput } from './table-output.js';
import { TableWriter } from './table-writer.js';
import { exportWarnings, ScalarWatch } from './warnings.js';
import { writePages } from './write-pages.js';

/** `--out -`: one table of text to standard output; no checkpoint, so it starts at the beginning each time. */
export async function exportToStream(client: GesClient, job: OpenJob, run: Run): Promise<Manifest> {
  const { options } = run;
  const first = await sampleJob(job, options.pageSize, run.signal);
  const { plans, sample } = await planExport(client, job, run, first);
  if (plans.length > 1) {
    const names = plans.map((plan) => `"${plan.name}"`).join(' and ');
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `--out - takes one table, and job "${job.id}" gives ${names}: export to a folder`,
    );
  }
  writeWhole(process.stdout);
  const part = createStreamPart(process.stdout);
  const output = tableOutput(run, {
    createPart: async () => part,
    resumePart: async () => part,
    onFinished: () => {},
  });
  const tables = plans.map((plan) =>
    TableWriter.start(plan, {
      ...output,
      rowsPerFile: Number.MAX_SAFE_INTEGER,
      fileBytes: Number.MAX_SAFE_INTEGER,
    }),
  );
  const watch = new ScalarWatch(job.scalars, []);
  const startedAt = new Date().toISOString();
  const windowSize = windowSizeOf(sample, options);
  let windows = 0;
  let records = 0;
  await writePages({
    job,
    sample,
    run,
    output,
    tables,
    watch,
    startOffset: 0,
    windowSize,
    commit: async (window) => {
      for (const table of tables) await table.commitWindow(window);
      records = window.offset + window.limit;
      windows++;
    },
  });
  for (const table of tables) await table.finish();
  const exported = tables.map((table) => ({
    name: table.plan.name,
    rows: table.rows,
    overflowRows: table.overflowRows,
    columns: table.plan.columns,
    files: table.files,
  }));
  const manifest = buildManifest({
    options,
    job,
    identity: identityOf(job, first, options),
    plans,
    tables: exported,
    windows,
    windowSize,
    recordsRead: records,
    rowsInFiles: rowsOf(tables),
    warnings: [...watch.warnings, ...exportWarnings(job, exported)],
    startedAt,
  });
  reportWarnings(run, manifest);
  reportEnd(run, manifest);
  return manifest;
}
