import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { COMPRESSIONS, FORMATS, MAX_PAGE_SIZE } from '../model.js';

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

const text = z.string().trim().min(1, 'empty');

const endpoint = z
  .string()
  .trim()
  .superRefine((value, context) => {
    const problem = endpointProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((value) => value.replace(/\/+$/, ''));

function endpointProblem(value: string): string | null {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    return 'not an address such as http://192.168.0.10:80';
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') return 'must not hold a user name or a password';
  return /[?#]/.test(value) ? 'must not hold a query or a fragment' : null;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90`, `90s`, `15m`, `2h`, `1d`; a bare number is seconds. */
const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d+)([smhd]?)$/.exec(String(value).trim());
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] || 's'] ?? Number.NaN);
  if (Number.isSafeInteger(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'not a duration such as 90s, 15m or 2h' });
  return z.NEVER;
});

/** Where the graph is and who asks. */
const connectionShape = {
  endpoint,
  projectId: text.regex(/^[A-Za-z0-9]{1,64}$/, 'not 1 to 64 letters and digits'),
  graph: text,
  /** The token itself, or the file that holds it; exactly one. */
  token: text.regex(/^\S+$/, 'holds white space').optional(),
  tokenFile: text.optional(),
  /** Attempts for each request, the first included. */
  maxAttempts: wholeNumber('max-attempts', 1, 100).default(6),
};

const connectionSchema = z.strictObject(connectionShape);

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
  /** A folder, or `-` for standard output. */
  out: text,
  format: z.enum(FORMATS).default('csv'),
  compression: z.enum(COMPRESSIONS).optional(),
  rowsPerFile: wholeNumber('rows-per-file', 1, 1_000_000_000).default(1_000_000),
  paths: z.enum(['list', 'long']).default('list'),
  raw: z.boolean().default(false),
  strict: z.boolean().default(false),
  force: z.boolean().default(false),
  /** How long to wait for an unfinished job, in milliseconds once resolved; 0: not at all. */
  wait: duration.default(3_600_000),
  delimiter: z.string().default(','),
  nullText: z.string().default(''),
  crlf: z.boolean().default(false),
  bom: z.boolean().default(false),
  escapeFormulas: z.boolean().default(false),
});

/** What a user may give; everything with a default may be left out. */
export type ConnectionOptions = z.input<typeof connectionSchema>;
export type ExportOptions = z.input<typeof exportSchema>;

/** The same with every default in place. */
export type ResolvedConnection = z.output<typeof connectionSchema>;
type ResolvedReading = z.output<typeof readingSchema>;
export type ResolvedExport = z.output<typeof exportSchema>;

/** @throws ConfigError `CONFIG_INVALID`, naming every option that is missing or wrong; `CONFIG_CONFLICT` */
export function resolveConnection(options: unknown): ResolvedConnection {
  const resolved = resolve(connectionSchema, options);
  checkToken(resolved);
  return resolved;
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveReading(options: unknown): ResolvedReading {
  const resolved = resolve(readingSchema, options);
  checkToken(resolved);
  return resolved;
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` */
export function resolveExport(options: unknown): ResolvedExport {
  const resolved = resolve(exportSchema, options);
  checkToken(resolved);
  if (resolved.out === '-' && resolved.format === 'parquet') {
    throw new ConfigError('CONFIG_CONFLICT', 'Parquet needs a folder: --out - takes csv or ndjson');
  }
  if (resolved.raw && resolved.format !== 'ndjson') {
    throw new ConfigError('CONFIG_CONFLICT', '--raw needs --format ndjson');
  }
  return resolved;
}

function checkToken(options: ResolvedConnection): void {
  if (options.token !== undefined && options.tokenFile !== undefined) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'Both a token and a token file are given: leave one of them out',
    );
  }
  if (options.token !== undefined || options.tokenFile !== undefined) return;
  throw new ConfigError('CONFIG_INVALID', 'No token: set GES_TOKEN or give --token-file');
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

const VARIABLE_OF: Readonly<Record<string, string>> = {
  endpoint: ' (or GES_ENDPOINT)',
  projectId: ' (or GES_PROJECT_ID)',
  graph: ' (or GES_GRAPH)',
};

function optionName(key: string): string {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return key === 'jobId' ? 'JOB' : `${flag}${VARIABLE_OF[key] ?? ''}`;
}
