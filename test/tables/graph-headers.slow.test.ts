import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf, test } from '../cli/export-test.js';

async function header(folder: string): Promise<string> {
  const [table = ''] = (await readdir(folder)).filter((name) => !/^[._]|json$/.test(name));
  const file = await open(join(folder, table, 'part-00000.csv'));
  try {
    for await (const line of file.readLines()) return line;
    throw new Error('The file is empty');
  } finally {
    await file.close();
  }
}

test.concurrent.for([
  ['vertices', 'neptune', /^:ID,:LABEL,\w[^,]*:(String|Long|Double|Bool),.*,_overflow:String$/],
  ['edges', 'neptune', /^:START_ID,:END_ID,index:\w+,:TYPE,.*,_overflow:String$/],
  ['pagerank', 'neptune', /^:ID,pagerank:Double$/],
  ['vertices', 'neo4j', /^id:ID,:LABEL,\w[^,]*:(string|long|double|boolean),.*,_overflow:string$/],
  ['edges', 'neo4j', /^:START_ID,:END_ID,index:\w+,:TYPE,.*,_overflow:string$/],
  ['pagerank', 'neo4j', /^vertex_id:ID,pagerank:double$/],
  ['vertices', 'nebula', /^:VID\(string\),vertices\.label:string,vertices\.[^,]*:(string|int|double|bool),/],
  [
    'edges',
    'nebula',
    /^:SRC_VID\(string\),:DST_VID\(string\),(:RANK|edges\.index:string),edges\.label:string,/,
  ],
  ['k_hop', 'nebula', /^:VID\(string\)$/],
] as const)('%s for %s', async ([job, system, expected], { folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export(job, folder, '--graph-headers', system);
  expect(await header(folder)).toMatch(expected);
  const repeated = await graph.run('export', job, '--out', folder);
  expect(failureOf(repeated)).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/with another graphHeaders/),
  });
});

test('a table that is no part of a graph is refused', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const result = await graph.run('export', 'all-paths', '--out', folder, '--graph-headers', 'neo4j');
  expect(failureOf(result)).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^--graph-headers: table "paths" holds neither vertices nor edges/),
  });
  expect(failureOf(await graph.run('export', 'edges', '--out', folder, '--graph-headers', 'arango'))).toEqual(
    {
      exitCode: 2,
      line: expect.stringMatching(/^--graph-headers must be one of neptune, neo4j, nebula/),
    },
  );
});
