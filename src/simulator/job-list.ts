import type { Encodable } from './encode-json.js';
import type { Job, JobState } from './job.js';

/**
 * Which documents the graph follows where they differ: `memory` (ges_03_0204), `database` (ges_03_0471 and 0465 of
 * 2025) and `database-2021`, whose list knows neither offset nor limit and ends at 100000 jobs.
 */
export const GRAPH_EDITIONS = ['memory', 'database', 'database-2021'] as const;
export type GraphEdition = (typeof GRAPH_EDITIONS)[number];

const LIST_END_2021 = 100_000;

export interface ListPage {
  readonly offset: number;
  readonly limit: number;
}

/**
 * The answer of the job list: entries of the newest jobs first, then `extra` finished ones with IDs that can be
 * opened (`synthetic-pagerank-1` …), so that a list can be long.
 */
export function jobListAnswer(
  edition: GraphEdition,
  path: string,
  jobs: readonly Job[],
  extra: number,
  page: ListPage,
): Encodable {
  const total = jobs.length + extra;
  const { offset, limit } = edition === 'database-2021' ? { offset: 0, limit: LIST_END_2021 } : page;
  const end = Math.min(total, offset + limit);
  const now = Date.now();
  const entries: Encodable[] = [];
  for (let index = offset; index < end; index++) {
    const job = jobs[index];
    const facts = job === undefined ? extraFacts(index - jobs.length + 1) : jobFacts(job, now);
    entries.push(edition === 'memory' ? memoryEntry(facts) : databaseEntry(facts, path, edition));
  }
  if (edition === 'memory') return { jobs: entries, jobCount: total };
  return {
    jobs: entries,
    ...(edition === 'database' ? { totalCount: total } : {}),
    result: 'success',
  };
}

/** What both shapes of an entry are made of. */
interface EntryFacts {
  readonly id: string;
  readonly taskType: string;
  readonly rawRequest: string;
  readonly state: 'pending' | 'running' | 'ended';
  readonly statusWord: string;
  readonly failReason: string | null;
  readonly startTime: string;
  readonly endTime: string;
  readonly files: Encodable | undefined;
}

function jobFacts(job: Job, now: number): EntryFacts {
  const state = job.stateAt(now);
  const isEnded = state.status === 'done' || state.status === 'failed';
  return {
    id: job.id,
    taskType: job.plan.taskType,
    rawRequest: job.plan.rawRequest,
    state: isEnded ? 'ended' : state.status === 'running' ? 'running' : 'pending',
    statusWord: statusWordOf(state),
    failReason: state.status === 'failed' ? String(state.failure.body['errorMessage']) : null,
    startTime: job.startsAt <= now ? timeText(job.startsAt) : '',
    endTime: isEnded ? timeText(Math.min(job.endsAt, now)) : '',
    files: job.plan.files,
  };
}

function statusWordOf(state: JobState): string {
  return state.status === 'done' ? state.outcome.status : state.status;
}

function extraFacts(index: number): EntryFacts {
  const time = timeText(Date.UTC(2024, 4, 23, 1, 0, 0) - index * 1000);
  return {
    id: `synthetic-pagerank-${index}`,
    taskType: 'Algorithm',
    rawRequest: '{"algorithmName":"pagerank","parameters":{}}',
    state: 'ended',
    statusWord: 'success',
    failReason: null,
    startTime: time,
    endTime: time,
    files: undefined,
  };
}

/** `progress` is a text and `startTime` carries no zone in the example of ges_03_0204. */
function memoryEntry(facts: EntryFacts): Encodable {
  const { id, rawRequest, taskType, state, failReason, files } = facts;
  return {
    jobId: id,
    rawRequest,
    taskType,
    canStop: state !== 'ended',
    progress: state === 'ended' ? '100' : state === 'running' ? '50' : '0',
    ...(files === undefined ? {} : { files }),
    startTime: facts.startTime,
    ...(failReason === null ? {} : { failReason }),
    endTime: facts.endTime,
    status: facts.statusWord,
  };
}

/** Command and action of a request, by the task type of the memory edition; `import_graph` is the page's own. */
const COMMANDS: Readonly<Record<string, readonly [command: string, path: string]>> = {
  Algorithm: ['execute_algorithm', 'action?action_id=execute-algorithm'],
  VertexQuery: ['query_vertices', 'vertices/action?action_id=query'],
  EdgeQuery: ['query_edges', 'edges/action?action_id=query'],
  ImportGraph: ['import_graph', 'action?action_id=import-graph'],
};

/** ges_03_0471. The table of 2021 has no word for a failure: whatever has ended is `complete`. */
function databaseEntry(facts: EntryFacts, path: string, edition: GraphEdition): Encodable {
  const [command, action] = COMMANDS[facts.taskType] ?? [facts.taskType, 'action'];
  const body = facts.rawRequest === '' ? {} : (JSON.parse(facts.rawRequest) as Encodable);
  const ended = edition === 'database-2021' ? 'complete' : facts.statusWord;
  return {
    jobId: facts.id,
    status: facts.state === 'ended' ? ended : facts.state,
    request: { command, url: `${path}/${action}`, body },
    ...(edition === 'database' ? { rawRequest: facts.rawRequest } : {}),
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
