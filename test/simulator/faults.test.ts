import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { expect, test } from 'vitest';
import type { Fault, FaultPlan } from '../../src/simulator/fault-plan.js';
import { openSimulator } from './client.js';

const JOB = 'synthetic-pagerank-1000';
const always = (fault: Fault): FaultPlan => ({ rules: [{ when: { path: 'status' }, fault }] });

async function page(fault: Fault, query = '?offset=100&limit=10') {
  const { outputs } = await openSimulator({ faults: always(fault) });
  const { pagerank, data_return_size, data_offset, data_total_size } = await outputs(JOB, query);
  const ids = (pagerank as unknown as object[]).flatMap((row) => Object.keys(row));
  return { first: ids[0], rows: ids.length, sizes: [data_return_size, data_offset, data_total_size] };
}

test('status answers with body and Retry-After', async () => {
  const { status } = await openSimulator({
    faults: {
      rules: [
        { when: { requests: 1 }, fault: { status: 503, retryAfterSeconds: 7, body: 'html' } },
        { when: { requests: 1 }, fault: { status: 429, body: 'json' } },
        { when: { requests: 1 }, fault: { status: 502, body: 'empty' } },
      ],
    },
  });
  const [first, second, third, fourth] = [
    await status(JOB),
    await status(JOB),
    await status(JOB),
    await status(JOB),
  ];
  expect([first.httpStatus, first.headers['retry-after']]).toEqual([503, '7']);
  expect(first.text).toMatch(/^<html>/);
  expect([second.httpStatus, JSON.parse(second.text).error_code]).toEqual([429, 'APIG.0308']);
  expect([third.httpStatus, third.text]).toEqual([502, '']);
  expect(fourth.httpStatus).toBe(200);
});

test('gesError answers in the envelope of GES', async () => {
  const gesError = { code: 'GES.8302', message: 'job query internal error', httpStatus: 500 };
  const reply = await (await openSimulator({ faults: always({ gesError }) })).status(JOB);
  expect(reply.httpStatus).toBe(500);
  expect(JSON.parse(reply.text)).toEqual({ errorMessage: 'job query internal error', errorCode: 'GES.8302' });
});

test('delayMs waits, then answers', async () => {
  const { status } = await openSimulator({ faults: always({ delayMs: 60 }) });
  const startedAt = performance.now();
  expect((await status(JOB, '?limit=1')).httpStatus).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(58);
});

test('dripMs sends the same body in pieces', async () => {
  const { base, simulator } = await openSimulator({ faults: always({ dripMs: 2 }) });
  const reply = await request(`${base}/jobs/${JOB}/status`, { headers: { 'X-Auth-Token': simulator.token } });
  let chunks = 0;
  let text = '';
  for await (const chunk of reply.body) {
    chunks += 1;
    text += String(chunk);
  }
  expect(chunks).toBeGreaterThan(8);
  expect(JSON.parse(text).data.outputs.data_return_size).toBe(1000);
});

test.each([0, 500])('resetAfterBytes %i breaks the connection', async (resetAfterBytes) => {
  const { status } = await openSimulator({ faults: always({ resetAfterBytes }) });
  await expect(status(JOB)).rejects.toThrow(/ECONNRESET|other side closed|terminated/);
});

test('truncateAfterBytes closes short of the promised length', async () => {
  const { base, simulator } = await openSimulator({ faults: always({ truncateAfterBytes: 500 }) });
  const reply = await request(`${base}/jobs/${JOB}/status`, { headers: { 'X-Auth-Token': simulator.token } });
  expect(Number(reply.headers['content-length'])).toBeGreaterThan(20_000);
  let received = 0;
  const reading = (async () => {
    for await (const chunk of reply.body) received += (chunk as Buffer).length;
  })();
  await expect(reading).rejects.toThrow(/other side closed|terminated/);
  expect(received).toBe(500);
});

test('gzipCut ends the stream halfway, and spares clients without gzip', async () => {
  const { base, simulator, status } = await openSimulator({ faults: always({ gzipCut: true }) });
  const headers = { 'X-Auth-Token': simulator.token, 'Accept-Encoding': 'gzip' };
  const reply = await request(`${base}/jobs/${JOB}/status`, { headers });
  const bytes = await reply.body.bytes();
  expect(bytes.length).toBe(Number(reply.headers['content-length']));
  expect(() => gunzipSync(bytes)).toThrow('unexpected end of file');
  expect(JSON.parse((await status(JOB)).text).status).toBe('success');
});

test('garbage has the right length and is no JSON', async () => {
  const good = await (await openSimulator()).status(JOB);
  const bad = await (await openSimulator({ faults: always({ garbage: true }) })).status(JOB);
  expect(bad.httpStatus).toBe(200);
  expect(bad.headers['content-length']).toBe(good.headers['content-length']);
  expect(() => JSON.parse(bad.text)).toThrow(SyntaxError);
});

test('untruths about pages', async () => {
  expect(await page({ delayMs: 0 })).toEqual({ first: 'v000000100', rows: 10, sizes: [10, 100, 1000] });
  expect(await page({ clamp: 4 })).toEqual({ first: 'v000000100', rows: 4, sizes: [4, 100, 1000] });
  expect(await page({ totalDelta: -3 })).toEqual({ first: 'v000000100', rows: 10, sizes: [10, 100, 997] });
  expect(await page({ ignoreOffset: true })).toEqual({
    first: 'v000000000',
    rows: 10,
    sizes: [10, 100, 1000],
  });
  expect(await page({ wrongOffsetEcho: true })).toEqual({
    first: 'v000000100',
    rows: 10,
    sizes: [10, 101, 1000],
  });
  expect(await page({ shortBy: 2 })).toEqual({ first: 'v000000100', rows: 8, sizes: [8, 100, 1000] });
  expect(await page({ longBy: 2 })).toEqual({ first: 'v000000100', rows: 12, sizes: [12, 100, 1000] });
  expect(await page({ returnSizeDelta: 1 })).toEqual({
    first: 'v000000100',
    rows: 10,
    sizes: [11, 100, 1000],
  });
});

test('expireToken ends the life of every token until IAM gives a new one', async () => {
  const { status } = await openSimulator({
    faults: { rules: [{ when: { path: 'status', requests: 2 }, fault: { expireToken: true } }] },
  });
  expect((await status(JOB)).httpStatus).toBe(200);
  for (let i = 0; i < 2; i++)
    expect(JSON.parse((await status(JOB)).text).errorMessage).toBe('The token must be updated');
});

test('vanish makes a job unknown from here on, in the list too', async () => {
  const { status, send } = await openSimulator({
    faults: { rules: [{ when: { path: 'status', offsets: [100, 200] }, times: 1, fault: { vanish: true } }] },
  });
  expect((await status(JOB, '?offset=0&limit=100')).httpStatus).toBe(200);
  for (const offset of [100, 0]) {
    const reply = await status(JOB, `?offset=${offset}&limit=100`);
    expect(JSON.parse(reply.text).errorMessage).toBe(`can not find job, jobId is  ${JOB}`);
  }
  expect((await send('jobs/status')).text).not.toContain(JOB);
});

test('rules match by path, count, offset and times; the first that fits acts', async () => {
  const { status, send } = await openSimulator({
    faults: {
      rules: [
        { when: { path: 'list' }, times: 1, fault: { status: 500 } },
        { when: { path: 'status', requests: [2, 3] }, fault: { status: 501 } },
        { when: { offsets: 40 }, times: 2, fault: { status: 502 } },
        { when: { path: 'schema' }, fault: { status: 503 } },
      ],
    },
  });
  const codes: number[] = [];
  for (let i = 0; i < 6; i++) codes.push((await status(JOB, '?offset=40&limit=1')).httpStatus);
  expect(codes).toEqual([502, 501, 501, 502, 200, 200]);
  expect((await send('jobs/status')).httpStatus).toBe(500);
  expect((await send('jobs/status')).httpStatus).toBe(200);
  expect((await send('schema')).httpStatus).toBe(503);
});

test('dice repeat for the same seed and requests, in any order, and differ for another seed', async () => {
  const codes = async (seed: number, offsets: number[]) => {
    const { status } = await openSimulator({
      faults: { seed, rules: [{ when: { path: 'status', probability: 0.5 }, fault: { status: 503 } }] },
    });
    const found: [number, number][] = [];
    for (const offset of offsets)
      found.push([offset, (await status(JOB, `?offset=${offset}&limit=1`)).httpStatus]);
    return found.sort(([a], [b]) => a - b).map(([, code]) => code);
  };
  const offsets = Array.from({ length: 60 }, (_, index) => index);
  const first = await codes(7, offsets);
  expect(await codes(7, offsets.toReversed())).toEqual(first);
  expect(await codes(8, offsets)).not.toEqual(first);
  const failures = first.filter((code) => code === 503).length;
  expect(failures).toBeGreaterThan(15);
  expect(failures).toBeLessThan(45);
});

test('clients that leave early do no harm', async () => {
  const { base, simulator, status } = await openSimulator({
    faults: { rules: [{ when: { path: 'status', requests: [1, 4] }, fault: { dripMs: 5 } }] },
  });
  for (let i = 0; i < 8; i++) {
    const leave = new AbortController();
    const url = `${base}/jobs/synthetic-vertices-100000/status`;
    const reply = await request(url, { headers: { 'X-Auth-Token': simulator.token }, signal: leave.signal });
    leave.abort();
    await expect(reply.body.text()).rejects.toThrow('aborted');
  }
  expect((await status(JOB)).httpStatus).toBe(200);
});

test('a client that leaves in the middle of its request does no harm', async () => {
  const { simulator, status } = await openSimulator();
  const socket = connect(simulator.port, '127.0.0.1');
  socket.write('POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  while (simulator.requests() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect((await status(JOB)).httpStatus).toBe(200);
});
