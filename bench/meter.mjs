// Loaded into a measured Node process with --import: leaves its peak memory (KiB) and its longest event-loop stall
// (ms) since its first request, null where it sent none with undici or fetch, in the file named by BENCH_METER_FILE.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 1;

const file = process.env.BENCH_METER_FILE;
if (file === undefined) throw new Error('BENCH_METER_FILE is not set: name the file for the figures');

if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let hasStarted = false;
  subscribe('undici:request:create', () => {
    if (hasStarted) return;
    hasStarted = true;
    delays.enable();
  });
  process.on('exit', () => {
    const stallMs = hasStarted ? delays.max / 1e6 : null;
    writeFileSync(file, JSON.stringify({ peakKiB: process.resourceUsage().maxRSS, stallMs }));
  });
}
