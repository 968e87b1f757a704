import { expect } from 'vitest';
import { test } from './cli/export-test.js';
import { runSection, WAREHOUSE_SCRIPTS } from './warehouses.js';

/** These need a server: test/services/load. */
const WITH_SERVER = ['PostgreSQL', 'ClickHouse'];

test.concurrent.for([...WAREHOUSE_SCRIPTS.keys()].filter((name) => !WITH_SERVER.includes(name)))(
  'docs/warehouses.md: %s',
  async (name, { folder, openGraph }) => {
    const graph = await openGraph();
    const { exitCode, output } = await runSection(name, folder, graph.env);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.any(String) });
    if (name === 'DuckDB') {
      expect(output).toMatch(/│ 0 +│ 'ATL' +│ 0\.0359/);
      expect(output).toMatch(/^Done: table community, 305 rows$/m);
    }
  },
);

test('every section but the promises has commands', () => {
  expect([...WAREHOUSE_SCRIPTS.keys()]).toEqual([
    'DuckDB',
    'PostgreSQL',
    'GaussDB(DWS)',
    'ClickHouse',
    'Snowflake',
    'BigQuery',
    'Redshift',
    'Hive',
    'Spark',
    'Graph databases',
  ]);
});
