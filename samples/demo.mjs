// The first run: starts the simulator, exports three jobs of the airports graph in three formats, verifies every
// export, and shows the airports with the highest PageRank. `npm run demo` builds first.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const out = fileURLToPath(new URL('../demo-out', import.meta.url));
const airports = new URL('./airports/airports.csv', import.meta.url);

rmSync(out, { recursive: true, force: true });
const simulator = spawn(process.execPath, [command, 'simulate'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await once(createInterface({ input: simulator.stdout }), 'line');
  const { endpoint, projectId, graph, token } = JSON.parse(line);
  console.log(`Simulated GES at ${endpoint}, graph "${graph}"\n`);
  const env = { ...process.env, GES_ENDPOINT: endpoint, GES_PROJECT_ID: projectId, GES_GRAPH: graph, GES_TOKEN: token };
  const run = (...args) => execFileSync(process.execPath, [command, ...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });

  for (const job of ['pagerank', 'vertices', 'edges']) {
    for (const format of ['csv', 'ndjson', 'parquet']) {
      const folder = `${out}/${job}-${format}`;
      run('export', job, '--format', format, '--out', folder, '--quiet');
      run('verify', folder);
    }
  }
  showHighestRanks(`${out}/pagerank-ndjson/pagerank/part-00000.ndjson`);
} finally {
  simulator.kill();
}

function showHighestRanks(path) {
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  rows.sort((a, b) => b.pagerank - a.pagerank);
  const names = new Map(
    readFileSync(airports, 'utf8').split('\n').map((line) => [line.slice(0, line.indexOf(',')), line.split(',')[1]]),
  );
  console.log('\nThe ten airports with the highest PageRank (directed, damping 0.85):');
  for (const [index, { vertex_id, pagerank }] of rows.slice(0, 10).entries()) {
    console.log(`${String(index + 1).padStart(2)}. ${vertex_id}  ${pagerank.toFixed(10)}  ${names.get(vertex_id)}`);
  }
}
