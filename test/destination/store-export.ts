import { setTimeout as sleep } from 'node:timers/promises';
import { test as base, type Graph } from '../cli/export-test.js';
import { type CommandResult, type RunningCommand, startCommand } from '../cli/run-command.js';
import { type FakeS3, type FakeS3Options, startFakeS3 } from './fake-s3.js';

/** A fake store, and the command that exports a graph into it. */
export interface StoreExport {
  readonly store: FakeS3;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCommand;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
}

/** With `openStore`, which starts a fake store that lives as long as the test. */
export const test = base.extend<{
  readonly openStore: (graph: Graph, options?: FakeS3Options) => Promise<StoreExport>;
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern here
  openStore: async ({}, use) => {
    const stores: FakeS3[] = [];
    await use(async (graph, options = {}) => {
      const store = await startFakeS3(options);
      stores.push(store);
      const start: StoreExport['start'] = (args, env = {}) =>
        startCommand(args, { env: { ...graph.env, ...storeEnv(store), ...env } });
      return { store, start, run: (args, env) => start(args, env).ended };
    });
    for (const store of stores) await store.close();
  },
});

/** The variables by which the command reaches the store. */
export function storeEnv(store: FakeS3): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    AWS_REGION: 'cn-north-4',
    HOME: '/nonexistent',
  };
}

/** The keys below a prefix, without it, sorted. */
export function keysOf(store: FakeS3, prefix: string): string[] {
  const keys = [...store.bucket.objects.keys()].filter((key) => key.startsWith(`${prefix}/`));
  return keys.map((key) => key.slice(prefix.length + 1)).sort();
}

/** The part objects below a prefix: their bytes, by path. */
export function partsOf(store: FakeS3, prefix: string): Record<string, Buffer> {
  const parts = keysOf(store, prefix).filter((key) => key.includes('/') && !key.startsWith('.'));
  return Object.fromEntries(
    parts.map((path) => [path, store.bucket.objects.get(`${prefix}/${path}`)?.body ?? Buffer.of()]),
  );
}

/** The beginning of the checkpoint below a prefix, where its text is; empty where there is none (yet). */
export function checkpointText(store: FakeS3, prefix: string): string {
  const body = store.bucket.objects.get(`${prefix}/.ges-export/checkpoint`)?.body;
  return body?.toString('latin1', 0, 16_384) ?? '';
}

/** What the checkpoint below a prefix says about its progress; null where there is none (yet). */
export function committedOffset(store: FakeS3, prefix: string): number | null {
  const [, offset] = /"committedOffset":(\d+)/.exec(checkpointText(store, prefix)) ?? [];
  return offset === undefined ? null : Number(offset);
}

/** Sends a signal as soon as the checkpoint has reached an offset; the process may have ended by itself before. */
export async function signalAt(
  { child, ended }: RunningCommand,
  reached: () => boolean,
  signal: NodeJS.Signals,
): Promise<CommandResult> {
  while (child.exitCode === null && child.signalCode === null) {
    if (reached()) {
      child.kill(signal);
      break;
    }
    await sleep(5);
  }
  return ended;
}
