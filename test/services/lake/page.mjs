// Runs the commands of docs/tables.md, section by section, against an embedded simulator.
//   page.mjs WORK BIN     in WORK, with the programs of BIN (a virtual environment) before all others
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../../../dist/index.js';

const [work, bin] = process.argv.slice(2);
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const page = readFileSync(new URL('../../../docs/tables.md', import.meta.url), 'utf8');
const prelude = `set -euo pipefail
npx() { [ "$1" = ges-export ] && shift && node "$GES_EXPORT_MAIN" "$@"; }
`;
/** What the readers of a section print: two commits with the rows of both jobs, the first of three; rows of a partition. */
const EXPECTED = {
  'Delta Lake': ['1 610\n', '"ATL",'],
  'Apache Iceberg': ['2 610\n', '"ATL",'],
  Partitions: ['Committed table vertices as version 1', '90 of 2000\n'],
};

const simulator = await startSimulator();
let [passed, failed] = [0, 0];
for (const [name, expected] of Object.entries(EXPECTED)) {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${name}\n`)) ?? '';
  const script = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('');
  const cwd = join(work, name.replaceAll(' ', '-'));
  mkdirSync(cwd, { recursive: true });
  const child = spawn('bash', ['-c', `exec 2>&1\n${prelude}${script}`], {
    cwd,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      GES_EXPORT_MAIN: main,
      GES_ENDPOINT: simulator.endpoint,
      GES_PROJECT_ID: simulator.projectId,
      GES_GRAPH: simulator.graph,
      GES_TOKEN: simulator.token,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const isRight = script !== '' && exitCode === 0 && expected.every((words) => output.includes(words));
  if (isRight) passed++;
  else {
    failed++;
    console.log(`FAILED docs/tables.md, "${name}", exit code ${exitCode}:\n${output}`);
  }
}
await simulator.close();
console.log(`docs/tables.md: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
