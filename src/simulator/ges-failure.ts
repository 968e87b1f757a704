import { type Encodable, encodeJson } from './encode-json.js';

/** A request that the simulator refuses: the HTTP status and the members of the JSON body. */
export class GesFailure extends Error {
  readonly httpStatus: number;
  readonly body: { readonly [key: string]: Encodable };

  constructor(httpStatus: number, body: { readonly [key: string]: Encodable }) {
    super(encodeJson(body));
    this.name = 'GesFailure';
    this.httpStatus = httpStatus;
    this.body = body;
  }
}

/** Envelope of the service plane: `{errorMessage, errorCode}`, HTTP 400 unless said otherwise. */
export function gesFailure(errorCode: string, errorMessage: string, httpStatus = 400): GesFailure {
  return new GesFailure(httpStatus, { errorMessage, errorCode });
}

/** Page "Querying Job Status" (ges_03_0037, revision of 2021); the two spaces are the page's own. */
export function jobNotFound(jobId: string): GesFailure {
  return gesFailure('GES.8301', `can not find job, jobId is  ${jobId}`);
}

/** Page "Canceling a Job" (ges_03_0038). */
export function jobToCancelNotFound(jobId: string): GesFailure {
  return gesFailure('GES.8303', `can not find job to cancel, id is ${jobId}`);
}

/** Page "Algorithm API Common Parameters" (ges_03_0076): the answer for a job whose algorithm failed. */
export function algorithmFailure(algorithm: string, reason: string): GesFailure {
  return gesFailure('GES.8301', `Running algorithm [${algorithm}] error: ${reason}!`);
}

/** Submission to a graph that is not there (ges_03_0030). */
export function graphNotFound(graph: string): GesFailure {
  return gesFailure('GES.8402', `graph [${graph}] is not found`);
}

/** The same on the job list and job status pages (ges_03_0204, ges_03_0471). */
export function graphDoesNotExist(graph: string): GesFailure {
  return new GesFailure(400, {
    errorMessage: `graph : ${graph} not exist`,
    errorCode: 'GES.8000',
    result: 'failed',
  });
}

/** A wrong parameter in the URL: GES.8000 "incorrect parameter format" (table of service plane error codes). */
export function wrongParameter(name: string, value: string, wanted: string): GesFailure {
  return gesFailure('GES.8000', `parameter [${name}] is invalid: ${value}, it must be ${wanted}`);
}
