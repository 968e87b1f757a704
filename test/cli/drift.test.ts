import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ODD_OFFSET, openDriftingGraph, TOTAL } from './drifting-graph.js';
import { failureOf, hashTree, readManifest, test } from './export-test.js';
import { runCommand } from './run-command.js';

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
  expect(line).toContain('Leave --strict out, and export into a folder');
  expect(await hashTree(folder)).not.toHaveProperty('_SUCCESS');
});
