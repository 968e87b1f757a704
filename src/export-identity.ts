import type { Checkpoint, ExportIdentity, TableCheckpoint } from './checkpoint/checkpoint-file.js';
import type { ResolvedExport } from './config/options.js';
import type { FirstSample } from './job-sample.js';
import type { OpenJob } from './job-source.js';
import type { TablePlan } from './model.js';
import { codecVersion } from './page-codecs.js';
import { sinkFormats } from './sinks/sink-formats.js';

/** What makes two exports the same: the result, and every option that shapes bytes. */
export function identityOf(job: OpenJob, sample: FirstSample, options: ResolvedExport): ExportIdentity {
  const { endpoint, projectId, graph } = options;
  const {
    format,
    compression,
    pageSize,
    rowsPerFile,
    paths,
    raw,
    strict,
    engine,
    graphHeaders,
    tableFormat,
    fileBytes,
    partitionBy,
    fixedPartitions,
    delimiter,
    nullText,
    crlf,
    bom,
    escapeFormulas,
  } = options;
  // An export that stands alone has them in its path.
  const fixed = tableFormat === undefined ? [] : fixedPartitions.map(({ key, value }) => `${key}=${value}`);
  const partitions = [...fixed, ...partitionBy];
  const csv = format === 'csv' ? { delimiter, nullText, crlf, bom, escapeFormulas } : {};
  return {
    endpoint,
    projectId,
    graph,
    jobId: job.id,
    total: job.total,
    fingerprint: sample.fingerprint,
    options: {
      format,
      compression: compression ?? sinkFormats[format].defaultCompression,
      pageSize,
      rowsPerFile,
      paths,
      raw,
      strict,
      engine,
      ...codecVersion(compression),
      ...(graphHeaders === undefined ? {} : { graphHeaders }),
      ...(tableFormat === undefined ? {} : { tableFormat }),
      ...(fileBytes === undefined ? {} : { fileBytes }),
      ...(partitions.length === 0 ? {} : { partitionBy: JSON.stringify(partitions) }),
      ...csv,
    },
  };
}

/**
 * Where an export with these tables begins.
 *
 * @param sample SHA-256 over the records that they were planned from
 */
export function newCheckpoint(
  identity: ExportIdentity,
  plans: readonly TablePlan[],
  windowSize: number,
  sample: string | undefined,
): Checkpoint {
  return {
    version: 1,
    identity,
    startedAt: new Date().toISOString(),
    sample,
    committedOffset: 0,
    windowSize,
    windows: 0,
    tables: plans.map((plan) => ({
      plan: plan as TableCheckpoint['plan'],
      overflowRows: 0,
      files: [],
      open: null,
    })),
    warnings: [],
  };
}
