import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';

import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The built command. */
export const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface CommandResult {
  /** Null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<CommandResult>;
}

export interface CommandSetting {
  /** Added to a bare environment: the machine's own GES_… variables must not reach a test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another copy of the command. */
  readonly main?: string;
}

/** Starts the built command. Its output is collected from the start. */
export function startCommand(args: readonly string[], setting: CommandSetting = {}): RunningCommand {
  checkBuild();
  const child = spawn(process.execPath, [setting.main ?? COMMAND, ...args], {
    env: { PATH: process.env['PATH'], ...setting.env },
    ...(setting.cwd === undefined ? {} : { cwd: setting.cwd }),
  });
  return { child, ended: collect(child) };
}

/** Runs the built command to its end. */
export function runCommand(args: readonly string[], setting: CommandSetting = {}): Promise<CommandResult> {
  return startCommand(args, setting).ended;
}

async function collect(child: ChildProcessWithoutNullStreams): Promise<CommandResult> {
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { exitCode, signal, stdout, stderr: stderr.toString() };
}

let isChecked = false;

/** Tests of an old build say nothing about the sources. */
function checkBuild(): void {
  if (isChecked) return;
  const root = fileURLToPath(new URL('../../', import.meta.url));
  if (!existsSync(COMMAND)) throw new Error('There is no build to test: run "npm run build" first');
  const builtAt = statSync(COMMAND).mtimeMs;
  const newer = sources(root).find((path) => statSync(path).mtimeMs > builtAt);
  if (newer !== undefined) {
    throw new Error(`dist is older than ${newer.slice(root.length)}: run "npm run build" first`);
  }
  isChecked = true;
}

function sources(root: string): string[] {
  return readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${root}src/${name}`);
}
