import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { failureOf, hashTree, readManifest, test } from './export-test.js';
import { runCommand } from './run-command.js';

const TOTAL = 5000;
/** The one record whose value is a text; samples are taken around multiples of about 327. */
const ODD_OFFSET = 4500;

function record(offset: number): Record<string, unknown> {
  return { [`v${offset}`]: offset === ODD_OFFSET ? 'n/a' : offset / 8 };
}

/** A graph whose job has numbers almost everywhere. */
async function openDriftingGraph(): Promise<Record<string, string>> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const offset = Number(searchParams.get('offset'));
    const count = Math.max(0, Math.min(Number(searchParams.get('limit')), TOTAL - offset));
    const records = Array.from({ length: count }, (_, index) => record(offset + index));
    const sizes = { data_offset: offset, data_return_size: count, data_total_size: TOTAL };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ data: { outputs: { hubs: records, ...sizes } }, status: 'success' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    GES_ENDPOINT: `http://127.0.0.1:${port}`,
    GES_PROJECT_ID: 'p1',
    GES_GRAPH: 'drift',
    GES_TOKEN: 'any',
  };
}

test('a value that no sample foretold starts the export again with _overflow, and nothing is lost', async ({
  folder,
}) => {
  const env = await openDriftingGraph();
  const args = ['export', 'drifting', '--out', folder, '--page-size', '500', '--rows-per-file', '2000'];
  const { exitCode, stderr } = await runCommand(args, { env });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/^Starting again with a column _overflow: Record 4500 of table "hubs" /m);
  expect(stderr).toMatch(/^Warning: 1 rows? of table "hubs"/m);

  const manifest = await readManifest(folder);
  expect(manifest).toMatchObject({ total: TOTAL, warnings: [{ code: 'OVERFLOW' }] });
  const [table] = manifest.tables;
  expect(table).toMatchObject({ rows: TOTAL, overflowRows: 1 });
  expect(table?.columns.map(({ name, type }) => [name, type])).toEqual([
    ['vertex_id', 'string'],
    ['hubs', 'double'],
    ['_overflow', 'json'],
  ]);
  const lines: string[] = [];
  for (const file of table?.files ?? [])
    lines.push(...(await readFile(join(folder, file.path), 'utf8')).trimEnd().split('\n').slice(1));
  expect(lines).toEqual(
    Array.from({ length: TOTAL }, (_, offset) =>
      offset === ODD_OFFSET ? `v${offset},,"{""hubs"":""n/a""}"` : `v${offset},${offset / 8},`,
    ),
  );
});

test.for([
  ['--strict', ['--strict']],
  ['standard output, where nothing can be taken back', []],
] as const)('with %s it is an error', async ([kind, flags], { folder }) => {
  const env = await openDriftingGraph();
  const out = kind === '--strict' ? folder : '-';
  const result = await runCommand(['export', 'drifting', '--out', out, '--page-size', '500', ...flags], {
    env,
  });
  const { exitCode, line } = failureOf(result);
  expect(exitCode).toBe(1);
  expect(line).toMatch(/^Record 4500 of table "hubs" has what fits no column: \{"hubs":"n\/a"\}\. /);
  expect(await hashTree(folder)).not.toHaveProperty('_SUCCESS');
});
