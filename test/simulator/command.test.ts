import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { simulateCommand } from '../../src/cli/simulate.js';

const run = (...args: string[]) => simulateCommand().parseAsync(args, { from: 'user' });

test('prints one JSON line, serves, and ends on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const plan = join(folder, 'faults.yaml');
  await writeFile(plan, 'rules: [{ when: { path: status, requests: 1 }, fault: { status: 503 } }]');
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  onTestFinished(() => write.mockRestore());
  const before = process.listeners('SIGTERM');
  const running = run('--faults', plan, '--layout', 'data');
  // The simulator is loaded only now.
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 30_000 });
  const facts = JSON.parse(lines[0] ?? '') as Record<string, string>;
  expect(Object.keys(facts).join(' ')).toBe(
    'endpoint projectId graph graphId token iamEndpoint user domain password ak sk pid',
  );
  const url = `${facts['endpoint']}/ges/v1.0/${facts['projectId']}/graphs/${facts['graph']}/jobs/pagerank/status?limit=1`;
  const ask = () => request(url, { headers: { 'X-Auth-Token': String(facts['token']) } });
  expect((await ask()).statusCode).toBe(503);
  expect(await (await ask()).body.json()).toMatchObject({ data: { data_total_size: 305 } });
  for (const listener of process.listeners('SIGTERM')) if (!before.includes(listener)) listener('SIGTERM');
  await running;
  await expect(ask()).rejects.toThrow(/ECONNREFUSED|other side closed/);
});

test.each([
  [['--port', '65536'], 'Wrong --port "65536": give an integer from 0 to 65535'],
  [['--latency-ms', 'fast'], 'Wrong --latency-ms "fast": give an integer from 0 to 600000'],
  [['--layout', 'rows'], 'Wrong --layout "rows": give outputs or data'],
  [['--faults', 'nowhere.yaml'], 'Cannot read the fault plan of --faults: no file "nowhere.yaml"'],
  [
    ['--faults', '{"rules":1}'],
    'Wrong fault plan of --faults: rules: Invalid input: expected array, received number',
  ],
])('%j is a ConfigError', async (args, message) => {
  await expect(run(...args)).rejects.toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID', message });
});
