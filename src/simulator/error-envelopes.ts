import type { Encodable } from './encode-json.js';

type Envelope = (code: string, message: string) => { readonly [key: string]: Encodable };

/** Every form in which an error is shown, by a name for fault plans; beside each the page that shows it. */
export const ERROR_ENVELOPES = {
  /** "Querying Job Status" (ges_03_0037) and the other calls of the service plane. */
  service: (errorCode, errorMessage) => ({ errorMessage, errorCode }),
  /** "Querying the Job List" (ges_03_0204, 0471), "Canceling a HyG Job" (ges_03_0533). */
  'with-result': (errorCode, errorMessage) => ({ errorMessage, errorCode, result: 'failed' }),
  /** "HyG Algorithm API Common Parameters" (ges_03_0446): complete, and yet failed. */
  hyg: (errorCode, errorMessage) => ({ status: 'complete', errorMessage, errorCode, result: 'failed' }),
  /** "Querying Job Status - Management Plane", v1 (ges_03_0061): like the service plane, members the other way round. */
  'management-v1': (errorCode, errorMessage) => ({ errorCode, errorMessage }),
  /** "Querying Job Status", v2 (ges_03_0373); "Returned Values" (ges_03_0138); the gateway. */
  gateway: (error_code, error_msg) => ({ error_msg, error_code, request_id: 'f0a4d7f5e7d3a2c1' }),
  /** "Querying the Task Center" (ges_03_0102). */
  'task-center': (errCode, externalMessage) => ({ errCode, externalMessage }),
  /** IAM, "Obtaining a User Token Through Password Authentication": the code is a number. */
  iam: (code, message) => ({ error: { code: Number(code) || 400, message, title: 'Bad Request' } }),
  /** BMS, "Querying the Job Status". */
  'other-service': (code, message) => ({ error: { message, code } }),
  /** SDRS, "Returned Values": the outer name changes with the error; BMS has both of these. */
  'named-by-kind': (code, message) => ({ itemNotFound: { message, code } }),
  'bad-request': (code, message) => ({ badrequest: { message, code } }),
  /** "Executing a Cypher Query" (ges_03_0336). */
  cypher: (code, message) => ({ results: [], errors: [{ code, message }] }),
  /** "Querying General Information About a Graph" (ges_03_0028): an error inside a success. */
  'label-details': (errorCode, errorMessage) => ({
    data: { vertexNum: 0, edgeNum: 0, labelDetails: { errorCode, errorMessage } },
  }),
} as const satisfies Record<string, Envelope>;

export type EnvelopeName = keyof typeof ERROR_ENVELOPES;

export const ENVELOPE_NAMES = Object.keys(ERROR_ENVELOPES) as [EnvelopeName, ...EnvelopeName[]];
