import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.js';

interface Reply {
  readonly httpStatus: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** A simulator for one test, closed at its end, and requests to it. */
export async function openSimulator(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return { simulator, ...clientOf(simulator) };
}

function clientOf(simulator: Simulator) {
  const base = `${simulator.endpoint}/ges/v1.0/${simulator.projectId}/graphs/${simulator.graph}`;
  const send = async (
    path: string,
    init: { method?: 'GET' | 'POST' | 'DELETE'; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> => {
    const { method = 'GET', body, headers } = init;
    const response = await request(path.startsWith('http') ? path : `${base}/${path}`, {
      method,
      headers: { 'X-Auth-Token': simulator.token, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { httpStatus: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  const status = (jobId: string, query = '') => send(`jobs/${encodeURIComponent(jobId)}/status${query}`);
  /** The parsed `data.outputs` of a finished job. */
  const outputs = async (jobId: string, query = '') => {
    const reply = await status(jobId, query);
    return JSON.parse(reply.text).data.outputs as Record<string, unknown> & { [key: string]: never };
  };
  /** Submits, waits to the end, gives the last reply. */
  const run = async (body: unknown, path = 'action?action_id=execute-algorithm'): Promise<Reply> => {
    const submitted = await send(path, { method: 'POST', body });
    const { jobId } = JSON.parse(submitted.text) as { jobId: string };
    for (;;) {
      const reply = await status(jobId);
      if (!/^\{"status":"(pending|running)"\}$/.test(reply.text)) return reply;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return { base, send, status, outputs, run };
}
