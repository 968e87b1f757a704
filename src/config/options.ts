import { z } from 'zod';
import { ConfigError } from '../errors.js';
import {
  COMPRESSIONS,
  EDITIONS,
  ENGINES,
  FORMATS,
  GRAPH_HEADERS,
  MAX_PAGE_SIZE,
  TABLE_FORMATS,
} from '../model.js';
import { checkCredentials, credentialShape } from './credentials.js';
import { checkDataset, type Partitioning, resolvePartitioning } from './dataset.js';
import { networkShape } from './network.js';
import { httpAddress, text } from './text.js';

const wholeNumber = (name: string, min: number, max: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\s*-?\d+\s*$/, 'not a whole number')
          .transform(Number),
      ],
      {
        error: 'not a whole number',
      },
    )
    .refine(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      `${name} must be from ${min} to ${max}`,
    );

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90`, `90s`, `15m`, `2h`, `1d`; a bare number is seconds. */
const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d+)([smhd]?)$/.exec(String(value).trim());
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] || 's'] ?? Number.NaN);
  if (Number.isSafeInteger(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'not a duration such as 90s, 15m or 2h' });
  return z.NEVER;
});

const MEBIBYTE = 1024 * 1024;
const UNIT_BYTES: Readonly<Record<string, number>> = { MiB: MEBIBYTE, GiB: 1024 * MEBIBYTE };
/** Less leaves nothing for the pages. */
const LEAST_MEMORY = 128 * MEBIBYTE;

/** What a worker takes beside its windows: a JavaScript heap, the modules, blocks (docs/decisions/0011-workers.md). */
export const WORKER_BYTES = 24 * MEBIBYTE;
const MAX_WORKERS = 32;

/** `256MiB`, `1GiB`; a bare number is MiB. */
const size = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d+)(MiB|GiB)?$/.exec(String(value).trim());
  const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? 'MiB'] ?? Number.NaN);
  if (Number.isSafeInteger(bytes) && bytes >= LEAST_MEMORY) return bytes;
  context.addIssue({ code: 'custom', message: 'not a size such as 256MiB or 1GiB, of 128MiB or more' });
  return z.NEVER;
});

const FILE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  ki: 1024,
  mi: MEBIBYTE,
  gi: 1024 * MEBIBYTE,
};

/** `256MB`, `64MiB`, `1G`; a bare number is bytes. */
const fileSize = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d+)\s*([kmg]i?|)b?$/i.exec(String(value).trim());
  const bytes = Number(match?.[1]) * (FILE_UNITS[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: 'not a size such as 256MB or 64MiB' });
  return z.NEVER;
});

const oneOrMore = z.union([text.transform((one) => [one]), z.array(text)]);

/** Where the graph is and who asks. */
const connectionShape = {
  endpoint: httpAddress,
  projectId: text.regex(/^[A-Za-z0-9]{1,64}$/, 'not 1 to 64 letters and digits'),
  graph: text,
  ...credentialShape,
  ...networkShape,
  /** Attempts for each request, the first included. */
  maxAttempts: wholeNumber('max-attempts', 1, 100).default(6),
  /** How long one answer may take, from the request to its last byte; in milliseconds once resolved. */
  requestTimeout: duration
    .refine((ms) => ms >= 1000 && ms <= 86_400_000, 'must be from 1s to 1d')
    .default(600_000),
};

const connectionSchema = z.strictObject(connectionShape);

/** Where an object store is and who writes to it; what is left out, the SDK looks for in its own way. */
const storeShape = {
  s3Endpoint: z
    .string()
    .trim()
    .transform((value) => (value.includes('://') ? value : `https://${value}`))
    .pipe(httpAddress)
    .optional(),
  s3Region: text.regex(/^[a-z0-9-]+$/, 'not the name of a region').optional(),
  /** Bucket in the path, not in the host name. */
  s3PathStyle: z.boolean().optional(),
  s3AccessKeyId: text.optional(),
  s3SecretAccessKey: text.optional(),
  s3SessionToken: text.optional(),
};

const storeSchema = z.strictObject({ ...storeShape, maxAttempts: connectionShape.maxAttempts });

/** Which result to read, and in which steps. */
const readingShape = {
  ...connectionShape,
  jobId: text,
  pageSize: wholeNumber('page-size', 1, MAX_PAGE_SIZE).default(MAX_PAGE_SIZE),
  concurrency: wholeNumber('concurrency', 1, 64).default(4),
};

const readingSchema = z.strictObject(readingShape);

const exportSchema = z.strictObject({
  ...readingShape,
  ...storeShape,
  /** A folder, `s3://bucket/prefix`, or `-` for standard output. */
  out: text,
  format: z.enum(FORMATS).default('csv'),
  compression: z.enum(COMPRESSIONS).optional(),
  rowsPerFile: wholeNumber('rows-per-file', 1, 1_000_000_000).default(1_000_000),
  /** Bytes at which a part file ends, too, with its window. */
  fileBytes: fileSize.optional(),
  /** Columns to deal the rows out by, and `key=value` for the path of the whole export. */
  partitionBy: oneOrMore.default([]),
  /** Point the name `latest` beside the folder to it when the export is finished. */
  latest: z.boolean().default(false),
  /** Remove finished exports beside this one but for so many, this one included. */
  keep: wholeNumber('keep', 1, 1_000_000).optional(),
  paths: z.enum(['list', 'long']).default('list'),
  raw: z.boolean().default(false),
  strict: z.boolean().default(false),
  /** Whose bulk loader is to find the names of the columns; its own names when left out. */
  graphHeaders: z.enum(GRAPH_HEADERS).optional(),
  /** Gathers exports in tables of this format below `out`; each export stands alone when left out. */
  tableFormat: z.enum(TABLE_FORMATS).optional(),
  force: z.boolean().default(false),
  engine: z.enum(ENGINES).default('columnar'),
  /** Threads that decode for the columnar engine; 0: the main thread does. */
  workers: wholeNumber('workers', 0, MAX_WORKERS).default(0),
  /** What the whole program should need at most, in bytes once resolved. */
  memory: size.default(256 * MEBIBYTE),
  /** How long to wait for an unfinished job, in milliseconds once resolved; 0: not at all. */
  wait: duration.default(3_600_000),
  /** How long waiting and reading may take together, in milliseconds once resolved. */
  maxDuration: duration.refine((ms) => ms > 0, 'must be more than 0').optional(),
  delimiter: z.string().default(','),
  nullText: z.string().default(''),
  crlf: z.boolean().default(false),
  bom: z.boolean().default(false),
  escapeFormulas: z.boolean().default(false),
});

/** Calls whose paths differ between editions: submit and cancel. */
const callSchema = z.strictObject({
  ...connectionShape,
  edition: z.enum(EDITIONS).default('memory'),
  /** The path of HyG calls below `/ges/v1.0/{project_id}/`. */
  hygBase: text
    .refine((value) => value.includes('{graph}'), 'must hold {graph}')
    .refine((value) => !/[?#\s]/.test(value), 'not a path such as hyg/{graph}')
    .default('hyg/{graph}'),
});

const waitSchema = z.strictObject({ ...connectionShape, wait: duration.default(3_600_000) });

const { graph: _graph, ...cloudShape } = connectionShape;
const cloudSchema = z.strictObject({ ...cloudShape, wait: duration.default(0) });

/** What a user may give; everything with a default may be left out. */
export type ConnectionOptions = z.input<typeof connectionSchema>;
export type ExportOptions = z.input<typeof exportSchema>;
export type StoreOptions = z.input<typeof storeSchema>;

/** The same with every default in place. */
export type ResolvedConnection = z.output<typeof connectionSchema>;
type ResolvedReading = z.output<typeof readingSchema>;
export type ResolvedExport = Omit<z.output<typeof exportSchema>, 'partitionBy'> & Partitioning;
type ResolvedStore = z.output<typeof storeSchema>;
export type CallOptions = z.input<typeof callSchema>;
export type ResolvedCall = z.output<typeof callSchema>;
/** A connection, and how long to wait for a job, in milliseconds. */
export type ResolvedWait = z.output<typeof waitSchema>;

/** @throws ConfigError `CONFIG_INVALID`, naming every option that is missing or wrong; `CONFIG_CONFLICT` */
export function resolveConnection(options: unknown): ResolvedConnection {
  const resolved = resolve(connectionSchema, options);
  checkCredentials(resolved);
  return resolved;
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveReading(options: unknown): ResolvedReading {
  const resolved = resolve(readingSchema, options);
  checkCredentials(resolved);
  return resolved;
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveExport(options: unknown): ResolvedExport {
  const resolved = resolve(exportSchema, options);
  checkCredentials(resolved);
  if (resolved.out === '-' && resolved.format === 'parquet') {
    throw new ConfigError('CONFIG_CONFLICT', 'Parquet needs a folder: --out - takes csv or ndjson');
  }
  if (resolved.raw && resolved.format !== 'ndjson') {
    throw new ConfigError('CONFIG_CONFLICT', '--raw needs --format ndjson');
  }
  if (resolved.tableFormat !== undefined && resolved.format !== 'parquet') {
    throw new ConfigError('CONFIG_CONFLICT', '--table-format needs --format parquet');
  }
  if (resolved.tableFormat !== undefined && (resolved.latest || resolved.keep !== undefined)) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      '--latest and --keep are for exports that stand alone: with --table-format the newest version is what readers see, and the history of the table keeps what was before',
    );
  }
  checkWorkers(resolved);
  const partitioning = resolvePartitioning(resolved);
  checkDataset(resolved, partitioning.out);
  return { ...resolved, ...partitioning };
}

/**
 * Where an export with these options goes.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export function resolveOut(options: {
  readonly out?: unknown;
  readonly partitionBy?: unknown;
  readonly tableFormat?: unknown;
}): string {
  const { out, partitionBy, tableFormat } = exportSchema.shape;
  return resolvePartitioning(resolve(z.object({ out, partitionBy, tableFormat }), options)).out;
}

/** @throws ConfigError `CONFIG_CONFLICT` */
function checkWorkers({
  workers,
  engine,
  memory,
}: Pick<ResolvedExport, 'workers' | 'engine' | 'memory'>): void {
  if (workers === 0) return;
  if (engine === 'reference')
    throw new ConfigError('CONFIG_CONFLICT', '--workers needs --engine columnar: the other has none');
  const least = LEAST_MEMORY + workers * WORKER_BYTES;
  if (memory < least) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `--workers ${workers} needs --memory ${Math.ceil(least / MEBIBYTE)}MiB or more`,
    );
  }
}

/** @throws ConfigError `CONFIG_INVALID` */
export function resolveStore(options: unknown): ResolvedStore {
  return resolve(storeSchema, options);
}

/**
 * @returns milliseconds
 * @throws ConfigError `CONFIG_INVALID`
 */
export function resolveDuration(name: string, value: unknown): number {
  const parsed = duration.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError('CONFIG_INVALID', `${name}: not a duration such as 90s, 15m or 2h`);
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveCall(options: unknown): ResolvedCall {
  const resolved = resolve(callSchema, options);
  checkCredentials(resolved);
  return resolved;
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveWait(options: unknown): ResolvedWait {
  const resolved = resolve(waitSchema, options);
  checkCredentials(resolved);
  return resolved;
}

/**
 * The services of cloud jobs know no graph: theirs is empty.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export function resolveCloud(options: unknown): ResolvedWait {
  const resolved = { ...resolve(cloudSchema, options), graph: '' };
  checkCredentials(resolved);
  return resolved;
}

function resolve<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.length > 0 ? optionName(String(issue.path[0])) : '';
    if (issue.code === 'invalid_type' && isMissing(options, issue.path[0])) return `${name} is missing`;
    if (issue.code === 'unrecognized_keys')
      return `Unknown option ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    if (issue.code === 'invalid_value') return `${name} must be one of ${issue.values.join(', ')}`;
    return `${name}: ${issue.message}`;
  });
  throw new ConfigError('CONFIG_INVALID', [...new Set(problems)].join('; '), { details: { problems } });
}

/** An issue of zod does not tell a missing option from one of a wrong type. */
function isMissing(options: unknown, key: PropertyKey | undefined): boolean {
  return key !== undefined && (options as Readonly<Record<PropertyKey, unknown>>)[key] === undefined;
}

/** Named in messages beside the flag; options that are no flags are named by their variable alone. */
const VARIABLE_OF: Readonly<Record<string, string>> = {
  endpoint: ' (or GES_ENDPOINT)',
  projectId: ' (or GES_PROJECT_ID)',
  graph: ' (or GES_GRAPH)',
};

const VARIABLE_ONLY: Readonly<Record<string, string>> = {
  token: 'GES_TOKEN',
  password: 'GES_PASSWORD',
  ak: 'GES_AK',
  sk: 'GES_SK',
  securityToken: 'GES_SECURITY_TOKEN',
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  noProxy: 'NO_PROXY',
};

function optionName(key: string): string {
  const variable = VARIABLE_ONLY[key];
  if (variable !== undefined) return variable;
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return key === 'jobId' ? 'JOB' : `${flag}${VARIABLE_OF[key] ?? ''}`;
}
