import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../errors.js';
import { AIRPORTS_GRAPH, readAirportsGraph } from './airports-graph.js';
import { CloudJobs } from './cloud-jobs.js';
import { createFaultPicker } from './fault-picker.js';
import { checkFaultPlan, type FaultPlan } from './fault-plan.js';
import { fixedJobs } from './fixed-jobs.js';
import { GzipCache } from './gzip-cache.js';
import { LoginRecord, SIMULATOR_PROJECT } from './iam.js';
import type { Layout } from './job-answer.js';
import type { GraphEdition } from './job-list.js';
import { JobStore } from './job-store.js';
import { handleRequest } from './request-handler.js';
import { TokenRegistry } from './tokens.js';

export interface SimulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number | undefined;
  readonly faults?: FaultPlan | undefined;
  /** Default 24 hours, as IAM gives. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** How long a submitted job is pending, then running; default 150 and 350. */
  readonly pendingMs?: number | undefined;
  readonly runningMs?: number | undefined;
  /** Added to every answer; default 0. */
  readonly latencyMs?: number | undefined;
  /** Compresses answers for clients that accept gzip. Default false: the pages show no compressed answer. */
  readonly gzip?: boolean | undefined;
  /** Which documents the job list and the summary follow. Default `memory`. */
  readonly edition?: GraphEdition | undefined;
  /** Finished jobs that the job list names besides its own; default 0. */
  readonly listedJobs?: number | undefined;
  /** Default `outputs`. */
  readonly layout?: Layout | undefined;
}

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly graph: string;
  /** A token that is valid from the start, for its lifetime. */
  readonly token: string;
  /** Base address of the token API `/v3/auth/tokens`; its user is `SIMULATOR_USER`, the access key `SIMULATOR_KEY`. */
  readonly iamEndpoint: string;
  readonly port: number;
  /** Requests received so far, refused and broken ones too. */
  requests(): number;
  /** Requests for a token so far, refused ones too. */
  logins(): number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

const GZIP_CACHE_BYTES = 64 * 1024 * 1024;

/**
 * Serves the GES service plane and the IAM token API on 127.0.0.1, with real algorithms on the airports graph.
 *
 * Jobs by fixed id, always there: see `fixed-jobs.ts`; jobs of any size: `synthetic-{pagerank,vertices,edges,paths,embeddings}-N`.
 * Jobs of BMS and SDRS are served beside them: see `cloud-jobs.ts`.
 *
 * @throws ConfigError CONFIG_INVALID for a wrong fault plan or a port that cannot be used
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const faults = checkFaultPlan(options.faults ?? { rules: [] }, 'option faults');
  const graph = await readAirportsGraph();
  const tokens = new TokenRegistry((options.tokenLifetimeSeconds ?? 86_400) * 1000);
  const logins = new LoginRecord();
  const times = { pendingMs: options.pendingMs ?? 150, runningMs: options.runningMs ?? 350 };
  const handler = {
    service: {
      graph,
      tokens,
      logins,
      jobs: new JobStore(fixedJobs(graph), times),
      layout: options.layout ?? 'outputs',
      runtimeSeconds: times.runningMs / 1000,
      edition: options.edition ?? 'memory',
      listedJobs: options.listedJobs ?? 0,
      cloudJobs: new CloudJobs(times),
    },
    pickFault: createFaultPicker(faults),
    latencyMs: options.latencyMs ?? 0,
    gzip: options.gzip ?? false,
    gzipCache: new GzipCache(GZIP_CACHE_BYTES),
  };

  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    // Without listeners a connection that breaks would end the process.
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    handleRequest(handler, request, response).catch((error: unknown) => {
      // A client that left while it sent its request has nobody to answer; anything else is a defect.
      if (request.destroyed && !request.complete) return;
      response.destroy();
      server.emit('error', error);
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening').catch((cause: Error) => {
    throw new ConfigError('CONFIG_INVALID', `Cannot listen: ${cause.message}`, { cause });
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    projectId: SIMULATOR_PROJECT.id,
    graph: AIRPORTS_GRAPH,
    token: tokens.issue(true).token,
    iamEndpoint: endpoint,
    port,
    requests: () => requests,
    logins: () => logins.requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
