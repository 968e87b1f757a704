import { printable } from './human-text.js';

/** Says on standard error what a job that is waited for does, each status once; one JSON object each with `--json`. */
export function tellStatus(
  jobId: string,
  flags: Readonly<Record<string, unknown>>,
): (status: string) => void {
  let last = '';
  return (status) => {
    if (status === last || flags['quiet'] === true) return;
    last = status;
    const line =
      flags['json'] === true
        ? JSON.stringify({ time: new Date().toISOString(), type: 'waiting', jobId, status })
        : printable(`Job ${jobId} is ${status}, waiting`);
    process.stderr.write(`${line}\n`);
  };
}
