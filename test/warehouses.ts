import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMMAND } from './cli/run-command.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The commands of a page of docs/ by section, as one script each. */
export function scriptsOf(page: string): ReadonlyMap<string, string> {
  return new Map(
    readFileSync(join(ROOT, 'docs', page), 'utf8')
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => String(block));
        return [section.slice(0, section.indexOf('\n')), blocks.join('')] as const;
      })
      .filter(([, script]) => script !== ''),
  );
}

export const WAREHOUSE_SCRIPTS = scriptsOf('warehouses.md');

/** In a clone `npx ges-export` is the build; in a folder of the test it has to be told. */
const PRELUDE = `set -euo pipefail
npx() { [ "$1" = ges-export ] && shift && node "$GES_EXPORT_MAIN" "$@"; }
`;

/** Runs one section in a folder that has the packages of this repository. */
export async function runSection(
  name: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  scripts = WAREHOUSE_SCRIPTS,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`The page has no commands for "${name}"`);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const child: ChildProcess = spawn('bash', ['-c', `exec 2>&1\n${PRELUDE}${script}`], {
    cwd: folder,
    env: { PATH: process.env['PATH'], GES_EXPORT_MAIN: COMMAND, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [exitCode]] = await Promise.all([
    buffer(child.stdout as NonNullable<typeof child.stdout>),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, output: output.toString() };
}
