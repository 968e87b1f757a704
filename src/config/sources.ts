import { readFile } from 'node:fs/promises';
import type { YAMLParseError } from 'yaml';
import { ConfigError } from '../errors.js';

/** Environment variables and the option that each one sets. Of two that set the same, the later one wins. */
const VARIABLES: Readonly<Record<string, string>> = {
  GES_ENDPOINT: 'endpoint',
  GES_PROJECT_ID: 'projectId',
  GES_GRAPH: 'graph',
  GES_TOKEN: 'token',
  GES_USER: 'user',
  GES_DOMAIN: 'domain',
  GES_PASSWORD: 'password',
  GES_IAM_ENDPOINT: 'iamEndpoint',
  GES_PROJECT_NAME: 'projectName',
  GES_AK: 'ak',
  GES_SK: 'sk',
  GES_SECURITY_TOKEN: 'securityToken',
  HTTP_PROXY: 'httpProxy',
  http_proxy: 'httpProxy',
  HTTPS_PROXY: 'httpsProxy',
  https_proxy: 'httpsProxy',
  NO_PROXY: 'noProxy',
  no_proxy: 'noProxy',
  AWS_DEFAULT_REGION: 's3Region',
  AWS_REGION: 's3Region',
  AWS_ENDPOINT_URL: 's3Endpoint',
  AWS_ENDPOINT_URL_S3: 's3Endpoint',
  OBS_ENDPOINT: 's3Endpoint',
};

/**
 * The variables of the official SDKs. They are often set for other programs, so everything else wins over them, the
 * file too.
 */
const SDK_VARIABLES: Readonly<Record<string, string>> = {
  HUAWEICLOUD_SDK_AK: 'ak',
  HUAWEICLOUD_SDK_SK: 'sk',
  HUAWEICLOUD_SDK_SECURITY_TOKEN: 'securityToken',
  HUAWEICLOUD_SDK_PROJECT_ID: 'projectId',
  HUAWEICLOUD_SDK_DOMAIN_ID: 'domainId',
  HUAWEICLOUD_SDK_IAM_ENDPOINT: 'iamEndpoint',
};

/** Variables of the keys of object stores. Those of one line belong together; the later line wins. */
const STORE_KEYS = [
  { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY', session: 'AWS_SESSION_TOKEN' },
  { id: 'OBS_ACCESS_KEY_ID', secret: 'OBS_SECRET_ACCESS_KEY', session: 'OBS_SECURITY_TOKEN' },
] as const;

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
  const merged = fromEnvironment(SDK_VARIABLES, env, known);
  const file = configFile === undefined ? {} : await readConfigFile(configFile);
  const unknown = Object.keys(file).find((key) => !ALL_OPTIONS.has(key));
  if (unknown !== undefined)
    throw new ConfigError('CONFIG_INVALID', `Unknown option "${unknown}" in "${configFile}"`);
  put(merged, Object.fromEntries(Object.entries(file).filter(([key]) => known.has(key))));
  put(merged, fromEnvironment(VARIABLES, env, known));
  if (known.has('s3AccessKeyId')) putStoreKeys(merged, env);
  put(merged, Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)));
  return merged;
}

/** Keys of one source replace those of another as a whole: half of each would open nothing. */
function putStoreKeys(
  merged: Record<string, unknown>,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const family = STORE_KEYS.findLast(({ id }) => (env[id] ?? '') !== '');
  if (family === undefined) return;
  merged['s3AccessKeyId'] = env[family.id];
  merged['s3SecretAccessKey'] = env[family.secret] || undefined;
  merged['s3SessionToken'] = env[family.session] || undefined;
}

function fromEnvironment(
  variables: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [variable, key] of Object.entries(variables)) {
    const value = env[variable];
    if (value !== undefined && value !== '' && known.has(key)) found[key] = value;
  }
  return found;
}

/** The options of which one is enough to say who asks, and what belongs to it alone. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  token: [],
  tokenFile: [],
  password: [],
  passwordFile: [],
  sk: ['ak', 'securityToken'],
};

/** Lays a stronger source over what is there. A secret of it replaces every other secret, with all that belongs to it. */
function put(merged: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
  if (Object.keys(SECRETS).some((secret) => source[secret] !== undefined)) {
    for (const [secret, parts] of Object.entries(SECRETS)) {
      delete merged[secret];
      // An access key may stand in the file and its secret in the environment.
      for (const part of parts) if (source[secret] === undefined || part !== 'ak') delete merged[part];
    }
  }
  Object.assign(merged, source);
}

export const CONNECTION_OPTIONS: ReadonlySet<string> = new Set([
  'endpoint',
  'projectId',
  'graph',
  'token',
  'tokenFile',
  'user',
  'domain',
  'domainId',
  'password',
  'passwordFile',
  'iamEndpoint',
  'projectName',
  'ak',
  'sk',
  'securityToken',
  'caFile',
  'insecure',
  'httpProxy',
  'httpsProxy',
  'noProxy',
  'maxAttempts',
  'requestTimeout',
]);

export const STORE_OPTIONS: ReadonlySet<string> = new Set([
  's3Endpoint',
  's3Region',
  's3PathStyle',
  's3AccessKeyId',
  's3SecretAccessKey',
  's3SessionToken',
  'maxAttempts',
]);

export const EXPORT_OPTIONS: ReadonlySet<string> = new Set([
  ...CONNECTION_OPTIONS,
  ...STORE_OPTIONS,
  'out',
  'format',
  'compression',
  'pageSize',
  'concurrency',
  'rowsPerFile',
  'fileBytes',
  'partitionBy',
  'latest',
  'keep',
  'paths',
  'raw',
  'strict',
  'engine',
  'workers',
  'memory',
  'graphHeaders',
  'tableFormat',
  'wait',
  'maxDuration',
  'delimiter',
  'nullText',
  'crlf',
  'bom',
  'escapeFormulas',
]);

export const CALL_OPTIONS: ReadonlySet<string> = new Set([...CONNECTION_OPTIONS, 'edition', 'hygBase']);

export const WAIT_OPTIONS: ReadonlySet<string> = new Set([...CONNECTION_OPTIONS, 'wait']);

const ALL_OPTIONS = new Set([...EXPORT_OPTIONS, ...CALL_OPTIONS]);

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const { parse, YAMLParseError } = await import('yaml');
  let value: unknown;
  try {
    // A warning would show the text that it is about.
    value = parse(await readFile(path, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    const reason = error instanceof YAMLParseError ? reasonWithoutText(error) : reasonOf(error);
    throw new ConfigError('CONFIG_INVALID', `Cannot read the configuration file "${path}": ${reason}`);
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

/** What is wrong, without the words of the parser: they repeat what stands in the file, and that may be a password. */
function reasonWithoutText({ code, linePos }: YAMLParseError): string {
  const [at] = linePos ?? [];
  const where = at === undefined ? '' : ` at line ${at.line}, column ${at.col}`;
  return `it is no YAML: ${code}${where}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof ReferenceError)
    return 'it is no YAML: an alias without an anchor (text that begins with * needs quotes)';
  return error instanceof Error ? error.message : String(error);
}
