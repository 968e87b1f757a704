import { z } from 'zod';
import { MAX_PAGE_SIZE } from '../model.js';
import { AIRPORTS_GRAPH, type AirportsGraph } from './airports-graph.js';
import { runAlgorithm } from './algorithms.js';
import { planEdgeQuery, planVertexQuery } from './element-query.js';
import { type Encodable, encodeJson } from './encode-json.js';
import { gesFailure, graphDoesNotExist, graphNotFound, wrongParameter } from './ges-failure.js';
import { answerTokenRequest, SIMULATOR_PROJECT } from './iam.js';
import { jobAnswer, type Layout, type PageLies } from './job-answer.js';
import type { JobStore } from './job-store.js';
import { readJson } from './read-json.js';
import type { Route } from './route.js';
import { GRAPH_SCHEMA } from './schema.js';
import type { TokenRegistry } from './tokens.js';
import type { Answer } from './wire.js';

/** The state that answers come from. */
export interface Service {
  readonly graph: AirportsGraph;
  readonly jobs: JobStore;
  readonly tokens: TokenRegistry;
  readonly layout: Layout;
  /** What results state as `runtime`, in seconds. */
  readonly runtimeSeconds: number;
}

/** A request, apart from how it travels. */
export interface ServiceRequest {
  readonly route: Route;
  readonly token: string | undefined;
  readonly body: string;
}

/** @throws GesFailure for everything that GES refuses, and for jobs that failed */
export function answerRequest(service: Service, request: ServiceRequest, lies: PageLies): Answer {
  const { route, body } = request;
  if (route.kind === 'token') return answerTokenRequest(body, service.tokens);
  service.tokens.check(request.token);
  checkAddress(route);
  switch (route.kind) {
    case 'status': {
      const job = service.jobs.get(route.jobId);
      return ok(jobAnswer(job, readWindow(route.query), service.layout, lies));
    }
    case 'list': {
      const { offset, limit } = readWindow(route.query);
      return json(service.jobs.list(offset ?? 0, limit ?? MAX_PAGE_SIZE));
    }
    case 'cancel':
      service.jobs.cancel(route.jobId);
      return json({});
    case 'schema':
      return json(GRAPH_SCHEMA);
    case 'summary':
      return json(summary(service.graph, route.query.get('label_details') === 'true'));
    case 'submit':
      return json({ jobId: submitAlgorithm(service, body), jobType: 1 });
    case 'query': {
      const plan = route.elements === 'edges' ? planEdgeQuery : planVertexQuery;
      return json({ jobId: service.jobs.submit(plan(service.graph, body)), jobType: 0 });
    }
  }
}

/** Another project is "invalid resource access" (GES.8006); the words for another graph differ from page to page. */
function checkAddress(route: Route): void {
  if (route.projectId !== SIMULATOR_PROJECT.id) throw gesFailure('GES.8006', 'invalid resource access');
  if (route.graph === AIRPORTS_GRAPH) return;
  if (route.kind === 'list' || route.kind === 'status' || route.kind === 'cancel')
    throw graphDoesNotExist(route.graph);
  if (route.kind === 'schema') throw gesFailure('GES.8003', `graph [${route.graph}] is not found`);
  if (route.kind === 'summary') throw gesFailure('GES.8001', `graph [${route.graph}] is not found`);
  throw graphNotFound(route.graph);
}

/** `limit` 1..100000 and `offset` from 0 (ges_03_0037); what the server says beyond is not documented. */
function readWindow(query: URLSearchParams): { offset: number | null; limit: number | null } {
  return {
    offset: readInteger(query, 'offset', 0, Number.MAX_SAFE_INTEGER),
    limit: readInteger(query, 'limit', 1, MAX_PAGE_SIZE),
  };
}

function readInteger(query: URLSearchParams, name: string, min: number, max: number): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw wrongParameter(name, text, `an integer from ${min} to ${max}`);
}

const submission = z.object({
  algorithmName: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).default({}),
  executionMode: z.enum(['async', 'sync']).default('async'),
});

/** "Running an Algorithm" (ges_03_0030), asynchronous. A wrong parameter shows in the job, not here. */
function submitAlgorithm(service: Service, body: string): string {
  const request = submission.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8005', 'Parameter error!');
  const { algorithmName, parameters, executionMode } = request.data;
  if (algorithmName === '') throw gesFailure('GES.8401', 'algorithm name can not be empty');
  if (executionMode === 'sync') throw gesFailure('GES.8404', 'executionMode [sync] is not supported');
  return service.jobs.submit({
    taskType: 'Algorithm',
    rawRequest: body,
    outcome: () => ({
      status: 'success',
      result: runAlgorithm(algorithmName, service.graph, parameters, service.runtimeSeconds),
    }),
  });
}

/** "Querying General Information About a Graph" (ges_03_0028). */
function summary(graph: AirportsGraph, withLabels: boolean): Encodable {
  const vertexNum = graph.directed.order;
  const edgeNum = graph.directed.size;
  const labelDetails = { labelInVertex: { airport: vertexNum }, labelInEdge: { route: edgeNum } };
  return { data: { vertexNum, edgeNum, ...(withLabels ? { labelDetails } : {}) } };
}

function json(value: Encodable): Answer {
  return ok([Buffer.from(encodeJson(value))]);
}

function ok(body: readonly Uint8Array[]): Answer {
  return { httpStatus: 200, headers: {}, body };
}
