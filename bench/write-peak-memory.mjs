// Loaded with --import: leaves the peak resident memory of the process, in KiB, in the file named by BENCH_PEAK_FILE.
import { writeFileSync } from 'node:fs';

const file = process.env.BENCH_PEAK_FILE;
if (file === undefined) throw new Error('BENCH_PEAK_FILE is not set: name the file for the peak memory');

process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
