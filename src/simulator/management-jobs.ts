import { AIRPORTS_GRAPH } from './airports-graph.js';
import type { Encodable } from './encode-json.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure } from './ges-failure.js';

/** The graph where the management plane speaks of it: by its ID, not by its name. */
export const SIMULATOR_GRAPH_ID = '2b1f6c0e-7d5a-4a39-9c5e-8f3d0a6b4e21';

/** Its paths begin with this; v2 writes all names in snake case. */
export type ManagementVersion = 'v1' | 'v2';

interface ManagementJob {
  readonly jobId: string;
  readonly status: string;
  readonly jobName: string;
  readonly relatedGraph: string;
  /** UTC, without a zone. */
  readonly beginTime: string;
  readonly endTime: string;
  readonly jobDetail?: Encodable;
  readonly failReason?: string;
}

const file = (path: string, total: number, failed: number) => ({
  path,
  log: null,
  cause: failed === 0 ? null : `${failed} lines have no such vertex`,
  status: failed === 0 ? 'success' : 'partFailed',
  totalLines: total,
  failedLines: failed,
  successfulLines: total - failed,
});

/** Newest first, as the task center shows them. Line counts of -1: "this version does not report". */
const JOBS: readonly ManagementJob[] = [
  {
    jobId: 'ff80808167bb90340167bc5d0b1d0003',
    status: 'failed',
    jobName: 'ExportGraph',
    relatedGraph: AIRPORTS_GRAPH,
    beginTime: '2024-05-24T08:00:00',
    endTime: '2024-05-24T08:00:02',
    failReason: 'export graph failed',
  },
  {
    jobId: 'ff80808167bb90340167bc5d0b1d0002',
    status: 'success',
    jobName: 'ImportGraph',
    relatedGraph: AIRPORTS_GRAPH,
    beginTime: '2024-05-23T01:33:21',
    endTime: '2024-05-23T01:34:17',
    jobDetail: {
      schemaPath: [
        { ...file('airports/schema.xml', 0, 0), totalLines: -1, failedLines: -1, successfulLines: -1 },
      ],
      edgesetPath: [file('airports/routes.csv', 5366, 7)],
      vertexsetPath: [file('airports/airports.csv', 305, 0)],
    },
  },
  {
    jobId: 'ff80808167bb90340167bc5d0b1d0001',
    status: 'success',
    jobName: 'CreateGraph',
    relatedGraph: AIRPORTS_GRAPH,
    beginTime: '2024-05-22T21:39:00',
    endTime: '2024-05-22T21:45:56',
  },
];

/**
 * "Querying Job Status" of the management plane, v1 (ges_03_0061) and v2 (ges_03_0373).
 *
 * @throws GesFailure GES.7000 for another graph, GES.7007 for another job
 */
export function managementJob(version: ManagementVersion, graphId: string, jobId: string): Encodable {
  if (graphId !== SIMULATOR_GRAPH_ID)
    throw refusal(version, 'GES.7000', 'The graph does not exist or has been deleted.');
  const job = JOBS.find((candidate) => candidate.jobId === jobId);
  if (job === undefined) throw refusal(version, 'GES.7007', 'The job does not exist.');
  return named(version, shown(job));
}

const DEFAULT_LIMIT = 10;

/**
 * "Querying the Task Center" (ges_03_0102): ten jobs where no limit is given; by state, graph and day.
 *
 * @throws GesFailure GES.0001 for a parameter that is wrong
 */
export function taskCenter(version: ManagementVersion, query: URLSearchParams): Encodable {
  const number = (name: string, otherwise: number) => {
    const text = query.get(name) ?? String(otherwise);
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw wrongFilter(version);
  };
  const day = (name: string, otherwise: string) => {
    const text = query.get(version === 'v2' ? snake(name) : name) ?? otherwise;
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
    throw wrongFilter(version);
  };
  const [offset, limit] = [number('offset', 0), number('limit', DEFAULT_LIMIT)];
  const [from, to] = [day('startTime', '0000-01-01'), day('endTime', '9999-12-31')];
  const [status, graph] = [query.get('status'), query.get('graph_name')];
  if (status !== null && !['running', 'waiting', 'success', 'failed'].includes(status))
    throw wrongFilter(version);
  const found = JOBS.filter(
    (job) =>
      (status === null || job.status === status) &&
      (graph === null || job.relatedGraph === graph) &&
      job.beginTime.slice(0, 10) >= from &&
      job.endTime.slice(0, 10) <= to,
  );
  const jobList = found.slice(offset, offset + limit).map(shown);
  return named(version, { jobCount: found.length, jobList });
}

function shown(job: ManagementJob): Encodable {
  return { ...job, jobType: 'GraphManagement', jobProgress: 0 };
}

function wrongFilter(version: ManagementVersion): GesFailure {
  const form = version === 'v1' ? 'task-center' : 'gateway';
  return new GesFailure(400, ERROR_ENVELOPES[form]('GES.0001', 'Parameter error.'));
}

function refusal(version: ManagementVersion, code: string, message: string): GesFailure {
  const form = version === 'v1' ? 'management-v1' : 'gateway';
  return new GesFailure(400, ERROR_ENVELOPES[form](code, message));
}

/** The names of a version, all the way down. */
function named(version: ManagementVersion, value: Encodable): Encodable {
  if (version === 'v1' || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Encodable[]).map((item) => named(version, item));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [snake(key), named(version, member)]),
  );
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
