import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { Command } from 'commander';
import type { Submission } from '../client/submission.js';
import { checkLakeOutput, exportFolder } from '../commit-table.js';
import { resolveCall, resolveExport, resolveWait } from '../config/options.js';
import { readParameters } from '../config/parameters.js';
import { CALL_OPTIONS, EXPORT_OPTIONS, STORE_OPTIONS, WAIT_OPTIONS } from '../config/sources.js';
import { parseText } from '../decode/reference/parse-text.js';
import { ConfigError } from '../errors.js';
import { checkOutput, exportJob } from '../export-job.js';
import { JsonObject } from '../json-value.js';
import { sendSubmission } from '../submit-job.js';
import { addCallOptions } from './common-call-options.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { howToSay, reportExport } from './export.js';
import { addExportFlags, asExportFlags, refuseExportFlags } from './export-flags.js';
import { printable } from './human-text.js';
import { interruptSignal } from './interrupt.js';
import { waitAndPrint } from './jobs-wait.js';
import { planLoad, takeLoadFlags } from './load-after-export.js';
import { pickFlags } from './pick-flags.js';
import { printOut } from './standard-output.js';

export function submitCommand(): Command {
  const command = new Command('submit')
    .description('Submit a job, wait for its end and export its result where asked to; prints the job ID')
    .argument(
      '<algorithm>',
      'such as pagerank; or vertex-query, edge-query, filtered-query, path-query, cypher-query, gql-query with --body',
    )
    .option(
      '-p, --param <name=value>',
      'parameter of the algorithm; a value that is JSON is sent as such, all else and every vertex ID as text',
      (pair: string, pairs: readonly string[] | undefined) => [...(pairs ?? []), pair],
    )
    .option(
      '--body <file>',
      'JSON of the request: a query, or what an algorithm takes beside parameters; - reads standard input',
    )
    .option('--data-id <id>', 'HyG: data_id, which some regions require');
  addCallOptions(addConnectionOptions(command))
    .option(
      '--wait [duration]',
      'wait for the end of the job (without a value: 24h; with --export 1h by default)',
    )
    .option('-q, --quiet', 'print the job ID; say nothing else but warnings and errors')
    .option('--json', 'print JSON; one object for each event on standard error');
  return addExportFlags(command, 'the result').action(runSubmit);
}

/** Everything that can be wrong is checked before the job is submitted: a job in vain costs the graph's time. */
async function runSubmit(algorithm: string, flags: Record<string, unknown>): Promise<void> {
  const call = resolveCall(await rawOptions(pickFlags(flags, CALL_OPTIONS), CALL_OPTIONS));
  const { dataId } = flags;
  const submission: Submission = {
    name: algorithm,
    parameters: readParameters(Array.isArray(flags['param']) ? flags['param'] : [], parseText),
    body: await readBody(flags['body']),
    dataId: typeof dataId === 'string' ? dataId : undefined,
  };
  if (flags['export'] === undefined) {
    refuseExportFlags(flags);
    const wait = flags['wait'] === true ? '24h' : flags['wait'];
    const waiting =
      wait === undefined
        ? null
        : resolveWait(await rawOptions({ ...pickFlags(flags, WAIT_OPTIONS), wait }, WAIT_OPTIONS));
    const jobId = await submit(submission, call, flags);
    if (waiting !== null) await waitAndPrint(waiting, jobId, flags);
    return;
  }
  const raw = await rawOptions(
    pickFlags(asExportFlags(flags, 'to-be-submitted'), EXPORT_FLAGS),
    EXPORT_OPTIONS,
  );
  const resolved = resolveExport(raw);
  await checkOutput(resolved);
  await checkLakeOutput(resolved, QUERY_TABLES.get(algorithm) ?? algorithm);
  const { loadFlags } = takeLoadFlags(flags);
  const load = await planLoad(loadFlags, () => resolved.out, pickFlags(raw, STORE_OPTIONS), howToSay(flags));
  const jobId = await submit(submission, call, flags);
  await reportExport(flags, (hooks) =>
    exportJob({ ...raw, jobId } as Parameters<typeof exportJob>[0], hooks),
  );
  await load?.(exportFolder({ ...resolved, jobId }));
}

/** The lists of queries; that of an algorithm has its name, where it has rows for vertices. */
const QUERY_TABLES: ReadonlyMap<string, string> = new Map([
  ['vertex-query', 'vertices'],
  ['edge-query', 'edges'],
]);

const EXPORT_FLAGS: ReadonlySet<string> = new Set([...EXPORT_OPTIONS, 'jobId', 'force']);

/**
 * Sends the request and prints the job ID, on standard error where standard output is for the records. An
 * interrupt waits for the answer: the job may run already, and nobody would know its ID.
 */
async function submit(
  submission: Submission,
  call: Parameters<typeof sendSubmission>[0],
  flags: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { signal, dispose } = interruptSignal();
  try {
    const job = await sendSubmission(call, submission, signal);
    const line =
      flags['json'] === true ? JSON.stringify({ type: 'submitted', ...job }) : printable(job.jobId);
    if (flags['export'] === '-') process.stderr.write(`${line}\n`);
    else await printOut(`${line}\n`);
    signal.throwIfAborted();
    return job.jobId;
  } finally {
    dispose();
  }
}

async function readBody(file: unknown): Promise<JsonObject | null> {
  if (typeof file !== 'string') return null;
  const name = file === '-' ? 'standard input' : `"${file}"`;
  const value = parseBody(await readText(file, name), name);
  if (value instanceof JsonObject) return value;
  throw new ConfigError('CONFIG_INVALID', `The body in ${name} must be a JSON object`);
}

async function readText(file: string, name: string): Promise<string> {
  try {
    return file === '-' ? await readStream(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', `Cannot read the body in ${name}`, { cause });
  }
}

function parseBody(content: string, name: string) {
  try {
    return parseText(content.replace(/^\ufeff/, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace('The answer', 'It') : String(cause);
    throw new ConfigError('CONFIG_INVALID', `Cannot read the body in ${name}: ${reason}`, { cause });
  }
}
