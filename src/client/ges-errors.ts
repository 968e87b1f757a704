import type { ErrorCode } from '../errors.js';

/** What follows from an error of GES for the one who sent the request. */
export type Consequence =
  /** The same request may succeed later. */
  | 'busy'
  /** Something must change first. */
  | 'rejected'
  /** The token, or the signature, was refused: a fresh token may help. */
  | 'unauthorized'
  /** A fresh token is worth one try; if it is refused too, as `rejected`. */
  | 'new-token-or-rejected'
  /** A fresh token is worth one try; if it is refused too, as `busy`. */
  | 'new-token-or-busy'
  | 'job-failed'
  | 'job-not-found'
  | 'graph-not-found'
  | 'proxy-refused';

/** Our code for each consequence; `docs/errors.md` shows it. */
export const CODE_OF: Readonly<Record<Consequence, ErrorCode>> = {
  busy: 'REQUEST_BUSY',
  rejected: 'API_REJECTED',
  unauthorized: 'API_UNAUTHORIZED',
  'new-token-or-rejected': 'API_REJECTED',
  'new-token-or-busy': 'REQUEST_BUSY',
  'job-failed': 'JOB_FAILED',
  'job-not-found': 'JOB_NOT_FOUND',
  'graph-not-found': 'GRAPH_NOT_FOUND',
  'proxy-refused': 'PROXY_REFUSED',
};

/** One row of the table of errors; `docs/errors.md` is generated from it. */
export interface GesError {
  readonly codes: readonly string[];
  /** Told from the message, where one code has several meanings. */
  readonly when?: MessageKind;
  readonly meaning: string;
  readonly action: string;
  readonly consequence: Consequence;
}

/** What a message of GES speaks of, in English or Chinese. */
export type MessageKind =
  | 'token'
  | 'algorithm'
  | 'graph-missing'
  | 'job-missing'
  | 'missing'
  | 'element'
  | 'past-end';

const RETRY = 'It is tried again; if it stays, look at the state of the graph in the console';
const FIX_BODY = 'Correct the body of the query';
const NO_RETRY = 'Look at the state of the graph in the console before submitting again';

/**
 * Every error code of the service plane (page "Error Codes", ges_03_0110, and the pages of single calls), the codes of
 * the management plane that a reader of jobs can meet (ges_03_0040) and of the gateway. The first row that fits counts.
 */
export const GES_ERRORS: readonly GesError[] = [
  {
    codes: ['GES.8000', 'GES.8001', 'GES.8003', 'GES.8005', 'GES.8011', 'GES.8301', 'GES.8402', 'GES.8806'],
    when: 'graph-missing',
    meaning: 'The graph does not exist; each call says so under a code of its own',
    action: 'Check the name of the graph and the address: every graph has its own',
    consequence: 'graph-not-found',
  },
  {
    codes: ['GES.8301'],
    when: 'algorithm',
    meaning: 'The job failed: its algorithm ended with an error, or its name is unknown',
    action: 'Correct the parameter that the message names, then submit the job again',
    consequence: 'job-failed',
  },
  {
    codes: ['GES.8301'],
    when: 'past-end',
    meaning: 'The window lies behind the end of the result; what a server says there is in no document',
    action: 'A result without a total ends here; any other is not the one that the export began with',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8301'],
    when: 'element',
    meaning: 'The job failed: a vertex, an edge, a label or a parameter of it is not there',
    action: 'Correct what the message names, then submit the job again',
    consequence: 'job-failed',
  },
  {
    codes: ['GES.8000', 'GES.8301', 'GES.8303'],
    when: 'job-missing',
    meaning: 'The job is not there: a wrong ID, or its result was erased',
    action: 'Check the ID with "jobs list"; results do not outlive a restart of the graph',
    consequence: 'job-not-found',
  },
  {
    codes: ['GES.8301'],
    when: 'missing',
    meaning: 'The job is not there; the message does not name it',
    action: 'Check the ID with "jobs list"; results do not outlive a restart of the graph',
    consequence: 'job-not-found',
  },
  {
    codes: ['GES.8000'],
    meaning: 'Incorrect format of a parameter',
    action: 'Check job ID, graph name and project ID',
    consequence: 'rejected',
  },
  { codes: ['GES.8001'], meaning: 'The graph statistics query failed', action: RETRY, consequence: 'busy' },
  {
    codes: ['GES.8002'],
    meaning: 'Graph statistics error; the token may have expired',
    action: 'A fresh token is tried once, then the same request again',
    consequence: 'new-token-or-busy',
  },
  {
    codes: ['GES.8003'],
    meaning: 'The schema cannot be queried',
    action: 'Check the name of the graph',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8005'],
    meaning: 'Incorrect parameter; the token may be the wrong one',
    action: 'Check the project ID and whether the token is one of this project',
    consequence: 'new-token-or-rejected',
  },
  {
    codes: ['GES.8006'],
    meaning: 'Invalid resource access: the token is of another project, or the access key of another region',
    action: 'Get the token for the project of the graph; with an access key, check its region',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8007'],
    meaning: 'Invalid token (with HTTP 400, not 401)',
    action: 'Get a new token for this project',
    consequence: 'unauthorized',
  },
  { codes: ['GES.8008'], meaning: 'The authentication system failed', action: RETRY, consequence: 'busy' },
  {
    codes: ['GES.8011'],
    meaning: 'The export of the graph failed',
    action: 'Check the path and the rights on the OBS bucket',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8012', 'GES.8013'],
    meaning: 'Clearing the graph, or the incremental import, failed',
    action: NO_RETRY,
    consequence: 'rejected',
  },
  {
    codes: ['GES.8017', 'GES.8904'],
    meaning: 'The label index was not found',
    action: 'Create the index of the label, then ask again',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8020'],
    meaning: 'No permission: the graph has fine-grained permissions',
    action: 'Ask the owner of the graph for the right to read it',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8101', 'GES.8102', 'GES.8103', 'GES.8104', 'GES.8106', 'GES.8109', 'GES.8110'],
    meaning:
      'Wrong edge query: filter, label, both empty, sort key, end vertices empty, operator, or no edges',
    action: FIX_BODY,
    consequence: 'rejected',
  },
  {
    codes: ['GES.8105', 'GES.8107', 'GES.8108'],
    meaning: 'The edge query, or the query of edge details, failed',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: [
      'GES.8201',
      'GES.8202',
      'GES.8203',
      'GES.8205',
      'GES.8206',
      'GES.8207',
      'GES.8208',
      'GES.8211',
      'GES.8214',
    ],
    meaning: 'Wrong vertex query: filter, label, sort key, operator, or a part that is empty',
    action: FIX_BODY,
    consequence: 'rejected',
  },
  {
    codes: ['GES.8204', 'GES.8209', 'GES.8210'],
    meaning: 'The vertex query, or the query of vertex details, failed',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: ['GES.8212', 'GES.8213', 'GES.8220', 'GES.8221'],
    meaning: 'A label or a property could not be updated',
    action: NO_RETRY,
    consequence: 'rejected',
  },
  {
    codes: ['GES.8301', 'GES.8302'],
    meaning: 'The query of the job failed for now',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: ['GES.8303', 'GES.8304'],
    meaning: 'The job could not be stopped',
    action: 'A finished job cannot be stopped; otherwise try again',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8401', 'GES.8404'],
    meaning: 'The name of the algorithm or of the graph is empty, or the execution mode is wrong',
    action: 'Correct the submission',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8402', 'GES.8403'],
    meaning: 'The algorithm could not be run',
    action: 'Look at "jobs list" whether it runs nevertheless, before submitting it again',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8501', 'GES.8502', 'GES.8503', 'GES.8505', 'GES.8506'],
    meaning: 'Gremlin: not supported, not configured, failed, without a command, or above 64 MB',
    action: 'Correct the query',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8504', 'GES.8601', 'GES.8602'],
    meaning: 'The Gremlin service, or the engine itself, is not available',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: ['GES.8605', 'GES.8611'],
    meaning: 'An index, or the details of a path, could not be read for now',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: ['GES.8603', 'GES.8604', 'GES.8609', 'GES.8610', 'GES.8612'],
    meaning: 'A call for an index, or for the details of a path, failed',
    action: 'Correct the request',
    consequence: 'rejected',
  },
  {
    codes: ['GES.8801', 'GES.8803'],
    meaning: 'The schema could not be changed, or queried',
    action: NO_RETRY,
    consequence: 'rejected',
  },
  { codes: ['GES.8804'], meaning: 'Internal error of the schema query', action: RETRY, consequence: 'busy' },
  {
    codes: ['GES.8806'],
    meaning: 'The filtered query failed, or its execution mode is wrong',
    action: 'Correct the query, then submit it again',
    consequence: 'rejected',
  },
  {
    codes: ['GES.0001', 'GES.7016', 'GES.7048', 'GES.7049', 'GES.7050'],
    meaning:
      'Management plane: a parameter, the body or a header is wrong or missing, or the call is invalid',
    action: 'Correct the request',
    consequence: 'rejected',
  },
  {
    codes: ['GES.0016', 'GES.7000'],
    meaning: 'Management plane: the graph, or another resource, is not there (or is of another project)',
    action: 'Check graph and project ID',
    consequence: 'graph-not-found',
  },
  {
    codes: ['GES.7001', 'GES.7002', 'GES.7003', 'GES.7015', 'GES.7042', 'GES.7054'],
    meaning:
      'Management plane: the graph is not running, backing up, stopping, being created or being deleted',
    action: 'Start the graph, or wait until it runs, then run the same command again',
    consequence: 'rejected',
  },
  {
    codes: ['GES.7004', 'GES.7005', 'GES.7006', 'GES.7051'],
    meaning: 'Management plane: a fault of the infrastructure, the engine or the service',
    action: RETRY,
    consequence: 'busy',
  },
  {
    codes: ['GES.7007'],
    meaning: 'Management plane: the job is not there',
    action: 'Check the job ID; records are kept for a month',
    consequence: 'job-not-found',
  },
  {
    codes: ['GES.7008', 'GES.7009'],
    meaning: 'Management plane: the job was stopped, or the call is not supported',
    action: 'Submit the job again, or use another call',
    consequence: 'rejected',
  },
  {
    codes: ['GES.7041'],
    meaning: 'Management plane: insufficient permission',
    action: 'Ask for the right ges:jobs:getDetail or ges:jobs:list',
    consequence: 'rejected',
  },
  {
    codes: ['APIG.0301'],
    meaning: 'Gateway: the token or the signature is wrong',
    action: 'Get a new token for this project',
    consequence: 'unauthorized',
  },
  {
    codes: ['APIG.0308'],
    meaning: 'Gateway: too many requests',
    action: 'It is tried again after 2 s or what Retry-After says; a lower --concurrency helps',
    consequence: 'busy',
  },
];

/** What an HTTP status says where no code does (ges_03_0007; 500, 502, 503 and 504 by common practice). */
export const HTTP_ERRORS: readonly {
  readonly statuses: readonly number[];
  readonly meaning: string;
  readonly action: string;
  readonly consequence: Consequence;
}[] = [
  {
    statuses: [401],
    meaning: 'Not authenticated',
    action: 'Get a new token for this project',
    consequence: 'unauthorized',
  },
  {
    statuses: [403],
    meaning: 'Forbidden to this user or this address',
    action: 'Ask for the right to read this graph',
    consequence: 'rejected',
  },
  {
    statuses: [404, 405],
    meaning: 'There is no such call at this address',
    action: 'Check --endpoint: it must be the address of the graph, without /ges/v1.0',
    consequence: 'rejected',
  },
  {
    statuses: [407],
    meaning: 'The proxy wants a user name and a password',
    action: 'Put them into HTTP_PROXY or HTTPS_PROXY',
    consequence: 'proxy-refused',
  },
  {
    statuses: [408, 425, 500, 502, 504],
    meaning: 'The server, or something before it, failed for now',
    action: RETRY,
    consequence: 'busy',
  },
  {
    statuses: [413, 429, 503],
    meaning: 'Too much at once, or not available for now',
    action: 'It is tried again after what Retry-After says, at most a minute; a lower --concurrency helps',
    consequence: 'busy',
  },
];
