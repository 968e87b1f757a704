import { expect } from 'vitest';
import { test } from './cli/export-test.js';
import { runSection, scriptsOf } from './warehouses.js';

const SCRIPTS = scriptsOf('datasets.md');

test.concurrent.for([...SCRIPTS.keys()])('docs/datasets.md: %s', async (name, { folder, openGraph }) => {
  const graph = await openGraph();
  const { exitCode, output } = await runSection(name, folder, graph.env, SCRIPTS);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.any(String) });
  if (name === 'One folder a day') {
    expect(output).toMatch(/│ '2026-11-22' +│ '1000'/);
    expect(output).toMatch(/│ '2026-11-23' +│ '1000'/);
  }
  if (name === 'One folder a value') expect(output).toMatch(/PARTITIONED BY \(`city`\)/);
});

test('the page has commands', () => {
  expect([...SCRIPTS.keys()]).toEqual(['One folder a day', 'One folder a value', 'Files of one size']);
});
