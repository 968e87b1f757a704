import v8 from 'node:v8';
import vm from 'node:vm';

/** At 250 MB/s, about 4 MB of buffers are read between two collections; each takes about a millisecond. */
const PERIOD_MS = 15;

/**
 * Collects young garbage on a clock while an export runs. Buffers that come off a socket live outside the heap and
 * weigh little on it, so left alone tens of megabytes of them wait for a collection (docs/decisions/0005-memory.md).
 *
 * @returns stops it
 */
export function collectYoungGarbage(): () => void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  const timer = setInterval(() => collect({ type: 'minor' }), PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}
