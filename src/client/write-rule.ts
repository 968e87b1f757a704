import { type ErrorCode, RequestError } from '../errors.js';

/** Statuses of a server that has not begun with the request (ges_03_0007: 408, 429; RFC 9110 and 8470 for 425). */
const NOT_BEGUN: ReadonlySet<number> = new Set([408, 425, 429]);

/** GES says so itself: authentication system down, engine not there, throttled (ges_03_0110, FAQ of the gateway). */
const NOT_BEGUN_CODES: ReadonlySet<string> = new Set(['GES.8008', 'GES.8601', 'GES.8602', 'APIG.0308']);

/**
 * A certificate that is not trusted and a proxy that refuses the tunnel, for good or for now (`networkProblem`): not
 * a byte of the request went out, and the error says whether another attempt may pass.
 */
const BARRED_WAY: ReadonlySet<ErrorCode> = new Set(['TLS_UNTRUSTED', 'PROXY_REFUSED', 'REQUEST_BUSY']);

/**
 * The rule for requests that change something (a submit, a cancel): such a request is sent again only when it is
 * certain that the server has not acted on it.
 *
 * - No connection could be made, or the server says that it did not begin: it may be sent again.
 * - The server refuses it (4xx, or an error of GES or `result: failed` in any answer below 500): final, nothing has
 *   happened.
 * - All else is uncertain: the connection broke or fell silent after the request was sent, a 5xx, an answer that
 *   cannot be read. `REQUEST_UNCERTAIN`, never sent again.
 *
 * @param error why one attempt failed; `retryable` is judged anew
 */
export function judgeWrite(error: RequestError): RequestError {
  const { httpStatus, gesErrorCode } = error.facts;
  if (httpStatus === undefined) {
    if (BARRED_WAY.has(error.code)) return error;
    return wasNeverSent(error) ? error.with({ retryable: true }) : uncertain(error);
  }
  const hasNotBegun =
    NOT_BEGUN.has(httpStatus) || (gesErrorCode !== undefined && NOT_BEGUN_CODES.has(gesErrorCode));
  if (hasNotBegun) return error.with({ retryable: true });
  // 413 is final unless the server names a time (ges_03_0007).
  if (httpStatus === 413) return error.with({ retryable: error.retryAfterMs !== null });
  const isSaid = gesErrorCode !== undefined || error.code === 'API_REJECTED';
  const isRefusal = httpStatus < 500 && (httpStatus >= 300 || isSaid);
  return isRefusal ? error.with({ retryable: false }) : uncertain(error);
}

function uncertain(error: RequestError): RequestError {
  return new RequestError(
    'REQUEST_UNCERTAIN',
    `It is not known whether the request has taken effect: ${error.message}`,
    { facts: error.facts, retryable: false, cause: error.cause },
  );
}

/** Names not resolved, connections refused, no common TLS: not a byte of the request went out. */
const NEVER_SENT =
  /^(UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_.*HANDSHAKE_FAILURE)$/;

function wasNeverSent(error: RequestError): boolean {
  return isConnectFailure(error.cause);
}

function isConnectFailure(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isConnectFailure);
  if (!(cause instanceof Error)) return false;
  const syscall = 'syscall' in cause ? String(cause.syscall) : '';
  const code = 'code' in cause ? String(cause.code) : '';
  return syscall === 'connect' || syscall === 'getaddrinfo' || NEVER_SENT.test(code);
}
