import { z } from 'zod';
import { MAX_PAGE_SIZE } from '../model.js';
import { AIRPORTS_GRAPH, type AirportsGraph } from './airports-graph.js';
import { runAlgorithm } from './algorithms.js';
import type { CloudJobs } from './cloud-jobs.js';
import { answerCypher } from './cypher-query.js';
import { planEdgeQuery, planVertexQuery } from './element-query.js';
import { type Encodable, encodeJson } from './encode-json.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { answerFilteredQuery } from './filtered-query.js';
import {
  algorithmFailure,
  GesFailure,
  gesFailure,
  graphDoesNotExist,
  graphNotFound,
  wrongParameter,
} from './ges-failure.js';
import { hygGraphNotFound, planHygAlgorithm } from './hyg.js';
import { answerTokenRequest, type LoginRecord, SIMULATOR_PROJECT } from './iam.js';
import { jobAnswer, type Layout, type PageLies } from './job-answer.js';
import { type GraphEdition, jobListAnswer } from './job-list.js';
import type { Scalars } from './job-result.js';
import type { JobStore } from './job-store.js';
import { type ManagementVersion, managementJob, taskCenter } from './management-jobs.js';
import { answerPathQuery } from './path-query.js';
import { readJson } from './read-json.js';
import type { Route } from './route.js';
import { GRAPH_SCHEMA } from './schema.js';
import { checkSignature, type IncomingProof, isSigned } from './signature.js';
import { TEMPORAL_ALGORITHMS } from './temporal-algorithms.js';
import type { TokenRegistry } from './tokens.js';
import type { Answer } from './wire.js';

/** The state that answers come from. */
export interface Service {
  readonly graph: AirportsGraph;
  readonly jobs: JobStore;
  readonly tokens: TokenRegistry;
  readonly logins: LoginRecord;
  readonly layout: Layout;
  /** What results state as `runtime`, in seconds. */
  readonly runtimeSeconds: number;
  readonly edition: GraphEdition;
  /** Entries of the job list beside the jobs that there are. */
  readonly listedJobs: number;
  readonly cloudJobs: CloudJobs;
}

/** A request, apart from how it travels. */
export interface ServiceRequest {
  readonly route: Route;
  readonly token: string | undefined;
  readonly body: string;
  /** The request as it came in, for the check of a signature. */
  readonly proof: IncomingProof;
}

/** @throws GesFailure for everything that GES refuses, and for jobs that failed */
export function answerRequest(service: Service, request: ServiceRequest, lies: PageLies): Answer {
  const { route, body } = request;
  if (route.kind === 'token') return answerTokenRequest(body, route.query, service.tokens, service.logins);
  if (route.kind === 'cloud-job') return json(cloudJob(service, request));
  if (route.kind === 'management-v1') return json(management('v1', service, request));
  if (route.kind === 'management-v2') return json(management('v2', service, request));
  if (isSigned(request.proof.headers)) checkSignature(request.proof, route.projectId);
  else service.tokens.check(request.token);
  checkAddress(route);
  switch (route.kind) {
    case 'status': {
      const job = service.jobs.get(route.jobId);
      return ok(jobAnswer(job, readWindow(route.query), service.layout, lies));
    }
    case 'list': {
      const { offset, limit } = readWindow(route.query);
      const page = { offset: offset ?? 0, limit: limit ?? MAX_PAGE_SIZE };
      const path = `/ges/v1.0/${route.projectId}/graphs/${route.graph}`;
      const list = jobListAnswer(service.edition, path, service.jobs.all(), service.listedJobs, page);
      // A list holds no 64-bit integers, and a long one is written ten times as fast this way.
      return ok([Buffer.from(JSON.stringify(list))]);
    }
    case 'cancel':
      if (route.hyg === null) {
        service.jobs.cancel(route.jobId);
        return json({});
      }
      service.jobs.cancelHyg(route.jobId);
      return json({ result: 'success' });
    case 'cancel-queued':
      service.jobs.cancelQueuedHyg();
      return json({ result: 'success' });
    case 'schema':
      return json(GRAPH_SCHEMA);
    case 'summary':
      return json(summary(service, route.query.get('label_details') === 'true'));
    case 'submit':
      if (route.hyg !== null) {
        const plan = planHygAlgorithm(service.graph, body, route.hyg === 'regional', service.runtimeSeconds);
        return json({ jobId: service.jobs.submit(plan) });
      }
      return json({ jobId: submitAlgorithm(service, route, body), jobType: 1 });
    case 'query':
      return json(answerQueryCall(service, route, body));
  }
}

/** The queries: some give a job at once, some an answer unless they are asked for a job. */
function answerQueryCall({ graph, jobs }: Service, { elements, action }: Route, body: string): Encodable {
  if (elements !== '') {
    const plan = elements === 'edges' ? planEdgeQuery : planVertexQuery;
    return { jobId: jobs.submit(plan(graph, body)), jobType: 0 };
  }
  if (action === 'execute-cypher-query' || action === 'execute-gql-query') {
    const answer = answerCypher(graph, action === 'execute-gql-query' ? 'GqlQuery' : 'CypherQuery', body);
    return 'result' in answer ? answer.result : answer.answer(jobs.submit(answer.job));
  }
  const answer = (action === 'path-query' ? answerPathQuery : answerFilteredQuery)(graph, body);
  return 'data' in answer ? answer : { jobId: jobs.submit(answer.job), jobType: 1 };
}

/** Another project is "invalid resource access" (GES.8006); the words for another graph differ from page to page. */
function checkAddress(route: Route): void {
  if (route.projectId !== SIMULATOR_PROJECT.id) throw gesFailure('GES.8006', 'invalid resource access');
  if (route.graph === AIRPORTS_GRAPH) return;
  if (route.hyg !== null && route.kind === 'submit') throw hygGraphNotFound(route.graph);
  if (['list', 'status', 'cancel', 'cancel-queued'].includes(route.kind))
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

const submission = z.looseObject({
  algorithmName: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).default({}),
  executionMode: z.enum(['async', 'sync']).default('async'),
});

/**
 * "Running an Algorithm" (ges_03_0030) and the analyses of dynamic graphs (ges_03_0380), asynchronous. A wrong
 * parameter shows in the job, not here.
 */
function submitAlgorithm(service: Service, { action }: Route, body: string): string {
  const request = submission.safeParse(readJson(body));
  if (!request.success) throw gesFailure('GES.8005', 'Parameter error!');
  const { algorithmName, parameters, executionMode, ...beside } = request.data;
  if (algorithmName === '') throw gesFailure('GES.8401', 'algorithm name can not be empty');
  if (executionMode === 'sync') throw gesFailure('GES.8404', 'executionMode [sync] is not supported');
  return service.jobs.submit({
    taskType: 'Algorithm',
    rawRequest: body,
    outcome: () => {
      if (TEMPORAL_ALGORITHMS.has(algorithmName) !== (action === 'execute-analysis'))
        throw algorithmFailure(algorithmName, 'Unknown algorithm name');
      const result = runAlgorithm(algorithmName, service.graph, parameters, service.runtimeSeconds, beside);
      return { status: 'success', result };
    },
  });
}

function management(version: ManagementVersion, service: Service, request: ServiceRequest): Encodable {
  const { route } = request;
  checkAtGateway(service, request);
  if (route.projectId !== SIMULATOR_PROJECT.id)
    throw new GesFailure(403, ERROR_ENVELOPES.gateway('GES.0016', 'The resource does not exist.'));
  return route.jobId === ''
    ? taskCenter(version, route.query)
    : managementJob(version, route.graph, route.jobId);
}

/** A gateway checks signatures, and refuses a token with 401 in its own form. */
function checkAtGateway(service: Service, { token, proof }: ServiceRequest): void {
  if (isSigned(proof.headers)) checkSignature(proof, SIMULATOR_PROJECT.id);
  else checkTokenAtGateway(service.tokens, token);
}

/** BMS and SDRS. */
function cloudJob(service: Service, request: ServiceRequest): Encodable {
  const { route } = request;
  checkAtGateway(service, request);
  if (route.projectId !== SIMULATOR_PROJECT.id) {
    const message = 'The project does not match the token.';
    throw new GesFailure(403, ERROR_ENVELOPES['other-service']('BMS.0003', message));
  }
  return service.cloudJobs.get(route.jobId);
}

function checkTokenAtGateway(tokens: TokenRegistry, token: string | undefined): void {
  try {
    tokens.check(token);
  } catch (error) {
    if (!(error instanceof GesFailure)) throw error;
    const message = `Incorrect IAM authentication information: ${String(error.body['errorMessage'])}`;
    throw new GesFailure(401, ERROR_ENVELOPES.gateway('APIGW.0301', message));
  }
}

/**
 * "Querying General Information About a Graph" (ges_03_0028); on newer graphs of the database edition a job, whose
 * result it is then (ges_03_0465).
 */
function summary(service: Service, withLabels: boolean): Encodable {
  const { graph, jobs, edition } = service;
  if (edition !== 'database') return { data: summaryOf(graph, withLabels) };
  const scalars = summaryOf(graph, withLabels);
  const outcome = () => ({ status: 'success', result: { kind: 'unpaged', scalars } }) as const;
  return { jobId: jobs.submit({ taskType: 'Summary', rawRequest: '', outcome }) };
}

function summaryOf(graph: AirportsGraph, withLabels: boolean): Scalars {
  const vertexNum = graph.directed.order;
  const edgeNum = graph.directed.size;
  const labelDetails = { labelInVertex: { airport: vertexNum }, labelInEdge: { route: edgeNum } };
  return { vertexNum, edgeNum, ...(withLabels ? { labelDetails } : {}) };
}

function json(value: Encodable): Answer {
  return ok([Buffer.from(encodeJson(value))]);
}

function ok(body: readonly Uint8Array[]): Answer {
  return { httpStatus: 200, headers: {}, body };
}
