import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault-plan.js';

/** An answer before faults. */
export interface Answer {
  readonly httpStatus: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: readonly Uint8Array[];
}

const DRIP_PIECES = 64;
const GARBAGE_BYTES = 16;

/** Writes an answer the way a fault wants it. A client that leaves early ends the writing, nothing else. */
export async function sendAnswer(response: ServerResponse, answer: Answer, fault: Fault): Promise<void> {
  if (fault.resetAfterBytes === 0) {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = fault.garbage === true ? [spoil(Buffer.concat(answer.body))] : answer.body;
  const length = body.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  response.writeHead(answer.httpStatus, {
    'Content-Type': 'application/json;charset=UTF-8',
    ...answer.headers,
    'Content-Length': length,
  });
  if (fault.resetAfterBytes !== undefined) {
    response.write(Buffer.concat(body).subarray(0, fault.resetAfterBytes), () => {
      response.socket?.resetAndDestroy();
    });
  } else if (fault.truncateAfterBytes !== undefined) {
    response.write(Buffer.concat(body).subarray(0, fault.truncateAfterBytes), () => {
      response.socket?.end();
    });
  } else if (fault.dripMs !== undefined) {
    await drip(response, Buffer.concat(body), fault.dripMs);
  } else {
    for (const chunk of body) response.write(chunk);
    response.end();
  }
}

async function drip(response: ServerResponse, body: Buffer, pauseMs: number): Promise<void> {
  const size = Math.max(1, Math.ceil(body.length / DRIP_PIECES));
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    response.write(body.subarray(at, at + size));
    await sleep(pauseMs);
  }
  response.end();
}

/** A NUL byte is legal neither between JSON tokens nor inside a JSON string. */
function spoil(body: Buffer): Buffer {
  const middle = body.length >> 1;
  return body.fill(0, middle, Math.min(body.length, middle + GARBAGE_BYTES));
}
