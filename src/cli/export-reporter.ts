import type { SingleBar } from 'cli-progress';
import type { ExportEvent, OnEvent } from '../events.js';
import { formatBytes, formatCount, formatSeconds, printable } from './human-text.js';

export interface ReporterOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly stderr: NodeJS.WriteStream;
}

/** Without a terminal, a line at most this often. */
const LINE_EVERY_MS = 5000;

/**
 * Shows an export on standard error: a bar on a terminal, plain lines elsewhere, one JSON object an event with
 * `json`; nothing but warnings with `quiet`.
 */
export async function createReporter(options: ReporterOptions): Promise<{
  readonly onEvent: OnEvent;
  readonly stop: () => void;
}> {
  if (options.json) {
    return {
      onEvent: (event) =>
        void options.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`),
      stop: () => {},
    };
  }
  const pace = new Pace();
  const bar = options.stderr.isTTY && !options.quiet ? await createBar(options.stderr) : null;
  let lastLineAt = Date.now();

  const say = (text: string) => {
    const wasActive = bar?.isActive ?? false;
    if (wasActive) bar?.stop();
    options.stderr.write(`${printable(text)}\n`);
  };
  const onEvent = (event: ExportEvent) => {
    if (event.type === 'started') pace.start(event.resumedAt);
    if (event.type === 'progress') {
      pace.advance(event.records, event.rows, event.bytesRead);
      if (bar !== null && event.total !== null) {
        if (!bar.isActive) bar.start(event.total, event.records, pace.payload(event.total));
        bar.update(event.records, pace.payload(event.total));
        return;
      }
      if (options.quiet || Date.now() - lastLineAt < LINE_EVERY_MS) return;
      lastLineAt = Date.now();
      say(progressLine(event.records, event.total, pace));
      return;
    }
    if (options.quiet && event.type !== 'warning') return;
    const text = describe(event);
    if (text !== null) say(text);
  };
  return { onEvent, stop: () => bar?.stop() };
}

async function createBar(stream: NodeJS.WriteStream): Promise<SingleBar> {
  const { SingleBar } = await import('cli-progress');
  return new SingleBar({
    stream,
    format: '{bar} {percentage}% | {count} | {rate} rows/s | {speed}/s | {left} left',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
}

/** How fast this run goes; what an earlier run did is not its speed. */
class Pace {
  #startedAt = Date.now();
  #startRecords = 0;
  #records = 0;
  #rows = 0;
  #startRows: number | null = null;
  #bytes = 0;

  start(records: number): void {
    this.#startedAt = Date.now();
    this.#startRecords = records;
    this.#startRows = records === 0 ? 0 : null;
  }

  advance(records: number, rows: number, bytes: number): void {
    this.#startRows ??= rows;
    this.#records = records;
    this.#rows = rows;
    this.#bytes = bytes;
  }

  get #seconds(): number {
    return Math.max(0.001, (Date.now() - this.#startedAt) / 1000);
  }

  payload(total: number | null) {
    const recordsPerSecond = (this.#records - this.#startRecords) / this.#seconds;
    const left = total === null || recordsPerSecond === 0 ? null : (total - this.#records) / recordsPerSecond;
    return {
      count: formatCount(this.#records),
      rate: formatCount(Math.round((this.#rows - (this.#startRows ?? 0)) / this.#seconds)),
      speed: formatBytes(this.#bytes / this.#seconds),
      left: left === null ? '?' : formatSeconds(left),
    };
  }
}

function progressLine(records: number, total: number | null, pace: Pace): string {
  const { rate, speed, left } = pace.payload(total);
  const share =
    total === null ? '' : ` of ${formatCount(total)} (${Math.floor((records / Math.max(1, total)) * 100)}%)`;
  return `${formatCount(records)}${share} records, ${rate} rows/s, ${speed}/s, ${left} left`;
}

function describe(event: ExportEvent): string | null {
  switch (event.type) {
    case 'waiting':
      return `Job ${event.jobId} is ${event.status}, waiting`;
    case 'started': {
      const tables = event.tables.length === 0 ? 'no table' : `table ${event.tables.join(', ')}`;
      const what = `job ${event.jobId}: ${event.total === null ? 'unknown number of' : formatCount(event.total)} records, ${tables}`;
      return event.resumedAt > 0
        ? `Resuming ${what}, at record ${formatCount(event.resumedAt)}`
        : `Exporting ${what}`;
    }
    case 'retry':
      return `Retrying in ${(event.delayMs / 1000).toFixed(1)}s (attempt ${event.attempt} failed): ${event.message}`;
    case 'warning':
      return `Warning: ${event.message}`;
    case 'latest':
      return `The name "latest" points to ${event.out}`;
    case 'removed':
      return `Removed the older export ${event.out}`;
    case 'restarted':
      return `Starting again with a column _overflow: ${event.reason}`;
    case 'verifying':
      return `Verifying ${formatCount(event.files)} ${event.files === 1 ? 'file' : 'files'}`;
    case 'committed':
      return `Committed table ${event.table} as version ${event.version} (${event.format})`;
    case 'already-complete':
      return `Already complete: ${event.out} (${formatCount(event.rows)} rows, finished ${event.finishedAt}); --force exports again`;
    case 'finished': {
      const files =
        event.out === '-'
          ? 'standard output'
          : `${formatCount(event.files)} ${event.files === 1 ? 'file' : 'files'} in ${event.out}`;
      return `Done: ${formatCount(event.records)} records, ${formatCount(event.rows)} rows, ${files}, ${event.seconds.toFixed(1)}s`;
    }
    case 'progress':
      return null;
  }
}
