import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ConfigError } from '../errors.js';

/** Environment variables and the option that each one sets. */
const VARIABLES: Readonly<Record<string, string>> = {
  GES_ENDPOINT: 'endpoint',
  GES_PROJECT_ID: 'projectId',
  GES_GRAPH: 'graph',
  GES_TOKEN: 'token',
};

/**
 * Lays the sources of options over each other: flags win over the environment, the environment over the file.
 * Only options in `known` are taken from the environment and the file, so that one file can serve all commands;
 * a key that no command knows is an error.
 *
 * @throws ConfigError `CONFIG_INVALID` when the file cannot be read or is no map of options
 */
export async function mergeSources(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  configFile: string | undefined,
  known: ReadonlySet<string>,
): Promise<Record<string, unknown>> {
  const merged: Record<string, unknown> = {};
  const file = configFile === undefined ? {} : await readConfigFile(configFile);
  for (const [key, value] of Object.entries(file)) {
    if (!ALL_OPTIONS.has(key))
      throw new ConfigError('CONFIG_INVALID', `Unknown option "${key}" in "${configFile}"`);
    if (known.has(key)) merged[key] = value;
  }
  for (const [variable, key] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value !== undefined && value !== '' && known.has(key)) put(merged, key, value);
  }
  for (const [key, value] of Object.entries(flags)) {
    if (value !== undefined) put(merged, key, value);
  }
  return merged;
}

/** A token and a token file say the same thing: the one from the stronger source replaces the other. */
function put(merged: Record<string, unknown>, key: string, value: unknown): void {
  if (key === 'token') delete merged['tokenFile'];
  if (key === 'tokenFile') delete merged['token'];
  merged[key] = value;
}

export const CONNECTION_OPTIONS: ReadonlySet<string> = new Set([
  'endpoint',
  'projectId',
  'graph',
  'token',
  'tokenFile',
  'maxAttempts',
]);

export const EXPORT_OPTIONS: ReadonlySet<string> = new Set([
  ...CONNECTION_OPTIONS,
  'out',
  'format',
  'compression',
  'pageSize',
  'concurrency',
  'rowsPerFile',
  'paths',
  'raw',
  'strict',
  'wait',
  'delimiter',
  'nullText',
  'crlf',
  'bom',
  'escapeFormulas',
]);

const ALL_OPTIONS = EXPORT_OPTIONS;

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new ConfigError('CONFIG_INVALID', `Cannot read the configuration file "${path}": ${reason}`, {
      cause,
    });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `The configuration file "${path}" must hold options as "name: value"`,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, setting]) => [
      key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      setting,
    ]),
  );
}
