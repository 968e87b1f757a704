import type { JobPlan } from './job.js';

/** Epoch microseconds, as the files of ges_03_0204 have them. */
const STARTED_AT = 1_716_428_001_000_000;

const file = (fileName: string, total: number, failed: number, startedAfter: number) => ({
  fileName,
  totalLines: total,
  startTime: STARTED_AT + startedAfter,
  successfulLines: total - failed,
  endTime: STARTED_AT + startedAfter + 12_148,
  status: failed === 0 ? 'success' : 'partFailed',
  failedLines: failed,
});

const SCHEMA_FILE = {
  totalLabels: 2,
  fileName: 'airports/schema.xml',
  failedLabels: 0,
  startTime: STARTED_AT,
  successfulLabels: 2,
  endTime: STARTED_AT + 91_734,
  status: 'success',
};

/** Finished imports: a status and nothing else, and their files in the job list (ges_03_0204). */
export function importJobs(): [id: string, plan: JobPlan][] {
  return [
    ['import', importPlan('success', 0)],
    ['import-partial', importPlan('partiallyFailed', 7)],
  ];
}

function importPlan(status: 'success' | 'partiallyFailed', failedEdges: number): JobPlan {
  return {
    taskType: 'ImportGraph',
    rawRequest: '',
    files: [
      { edgeFiles: [file('airports/routes.csv', 5366, failedEdges, 182_000)] },
      { vertexFiles: [file('airports/airports.csv', 305, 0, 93_000)] },
      { schemaFiles: [SCHEMA_FILE] },
    ],
    outcome: () => ({ status, result: { kind: 'empty' } }),
  };
}
