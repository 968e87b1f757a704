import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { mergeSources } from '../config/sources.js';

/** Flags that every command which talks to a graph has. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('--endpoint <url>', 'address of the graph, such as http://192.168.0.10 (GES_ENDPOINT)')
    .option('--project-id <id>', 'project ID (GES_PROJECT_ID)')
    .option('--graph <name>', 'graph name (GES_GRAPH)')
    .option('--token-file <file>', 'file that holds the token; else GES_TOKEN')
    .option('--user <name>', 'IAM user, to log in with a password (GES_USER)')
    .option('--domain <name>', 'account of the user (GES_DOMAIN)')
    .option('--password-file <file>', 'file that holds the password; else GES_PASSWORD')
    .option('--iam-endpoint <url>', 'address of IAM (GES_IAM_ENDPOINT)')
    .option('--project-name <name>', 'log in to the project by name, not by ID (GES_PROJECT_NAME)')
    .option('--ca-file <file>', 'PEM file of issuers to trust beside the usual ones')
    .option('--insecure', 'take any certificate')
    .option('--max-attempts <n>', 'attempts for each request (default: 6)')
    .option('--request-timeout <duration>', 'how long one answer may take, to its last byte (default: 10m)')
    .option('--config <file>', 'YAML file with options; flags and environment win over it');
}

/** Flags of the commands that can write to an object store or read from it. */
export function addStoreOptions(command: Command): Command {
  return command
    .option(
      '--s3-endpoint <url>',
      'address of the object store; not needed for AWS (AWS_ENDPOINT_URL_S3, OBS_ENDPOINT)',
    )
    .option('--s3-region <name>', 'region of the object store (AWS_REGION)')
    .option('--s3-path-style', 'bucket in the path, not in the host name (default: where it has to be)');
}

/** The flags of a command, the environment and the configuration file as one set of raw options. */
export async function rawOptions(
  flags: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Promise<Record<string, unknown>> {
  const { config, json: _json, quiet: _quiet, debug: _debug, ...rest } = flags;
  const file = typeof config === 'string' ? config : undefined;
  const merged = await mergeSources(rest, process.env, file, known);
  const cache = known.has('token') ? cacheFolder() : null;
  return { ...merged, ...(cache === null ? {} : { tokenCache: join(cache, 'ges-export', 'tokens') }) };
}

/** The user's cache folder (XDG Base Directory Specification 0.8: a relative path is to be ignored); null for a user without one. */
function cacheFolder(): string | null {
  const { XDG_CACHE_HOME = '', LOCALAPPDATA = '', HOME = '' } = process.env;
  if (isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  if (process.platform === 'win32' && isAbsolute(LOCALAPPDATA)) return LOCALAPPDATA;
  return isAbsolute(HOME) ? join(HOME, '.cache') : null;
}
