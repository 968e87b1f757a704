import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJson } from './encode-json.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import type { FaultPicker } from './fault-picker.js';
import type { Fault } from './fault-plan.js';
import { GesFailure } from './ges-failure.js';
import type { GzipCache } from './gzip-cache.js';
import { findRoute, type Route } from './route.js';
import { answerRequest, type Service } from './service.js';
import { type Answer, sendAnswer } from './wire.js';

export interface HandlerOptions {
  readonly service: Service;
  readonly pickFault: FaultPicker;
  readonly latencyMs: number;
  /** Compress every answer for clients that accept it. */
  readonly gzip: boolean;
  readonly gzipCache: GzipCache;
}

/** Serves one request: fault, delay, answer. Rejects when the client is gone before its request is read. */
export async function handleRequest(
  options: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, latencyMs } = options;
  response.setHeader('TraceID', randomBytes(16).toString('hex'));
  const body = await text(request);
  const route = findRoute(request.method ?? '', request.url ?? '');
  if (route === null) return await sendAnswer(response, failureAnswer(unknownPath(request)), {});
  const acceptsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const fault: Fault =
    options.pickFault({ kind: route.kind, url: request.url ?? '', offset: offsetOf(route), acceptsGzip }) ??
    {};
  if (latencyMs > 0) await sleep(latencyMs);
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.expireToken === true) service.tokens.expireAll();
  if (fault.vanish === true) service.jobs.vanish(route.jobId);
  const token = request.headers['x-auth-token'];
  const proof = { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body };
  const asked = { route, token: typeof token === 'string' ? token : undefined, body, proof };
  const answer = orderedAnswer(fault) ?? settle(() => answerRequest(service, asked, fault));
  await sendAnswer(
    response,
    await compress(options, answer, fault, acceptsGzip, cacheKey(route, request.url ?? '', fault)),
    fault,
  );
}

/** The answer that a fault puts in place of the real one. */
function orderedAnswer(fault: Fault): Answer | null {
  if (fault.gesError !== undefined) {
    const { code, message, httpStatus, envelope = 'service' } = fault.gesError;
    return failureAnswer(new GesFailure(httpStatus, ERROR_ENVELOPES[envelope](code, message)));
  }
  if (fault.status === undefined) return null;
  const retry =
    fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
  const bodies = {
    html: [
      `<html><head><title>${fault.status}</title></head><body><h1>${fault.status}</h1></body></html>`,
      'text/html',
    ],
    json: ['{"error_msg":"The service is unavailable","error_code":"APIG.0308"}', 'application/json'],
    empty: ['', 'text/plain'],
  } as const;
  const [content, type] = bodies[fault.body ?? 'html'];
  return {
    httpStatus: fault.status,
    headers: { ...retry, 'Content-Type': type },
    body: [Buffer.from(content)],
  };
}

function settle(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof GesFailure)) throw error;
    return failureAnswer(error);
  }
}

function failureAnswer(failure: GesFailure): Answer {
  return { httpStatus: failure.httpStatus, headers: {}, body: [Buffer.from(encodeJson(failure.body))] };
}

function unknownPath(request: IncomingMessage): GesFailure {
  return new GesFailure(404, {
    error_msg: `No API at ${request.method} ${request.url}`,
    error_code: 'APIGW.0101',
  });
}

async function compress(
  { gzip, gzipCache }: HandlerOptions,
  answer: Answer,
  fault: Fault,
  acceptsGzip: boolean,
  key: string | null,
): Promise<Answer> {
  const isCut = fault.gzipCut === true;
  const isEmpty = answer.body.every((chunk) => chunk.byteLength === 0);
  // Garbage must look right to everything but a JSON parser, so it goes out plain.
  if (!(gzip || isCut) || !acceptsGzip || isEmpty || fault.garbage === true) return answer;
  const packed = await gzipCache.gzip(answer.httpStatus === 200 ? key : null, () =>
    Buffer.concat(answer.body),
  );
  const sent = isCut ? packed.subarray(0, packed.length >> 1) : packed;
  return { ...answer, headers: { ...answer.headers, 'Content-Encoding': 'gzip' }, body: [sent] };
}

/** Only pages that can never change are kept compressed. */
function cacheKey(route: Route, url: string, fault: Fault): string | null {
  const isConstant = route.kind === 'status' && route.jobId.startsWith('synthetic-');
  return isConstant && Object.keys(fault).length === 0 ? url : null;
}

function offsetOf(route: Route): number | null {
  if (route.kind !== 'status' && route.kind !== 'list') return null;
  return Number(route.query.get('offset') ?? 0);
}
