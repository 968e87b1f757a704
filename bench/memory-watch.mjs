import { readFileSync } from 'node:fs';

/**
 * The greatest resident memory seen of all processes below one, in KiB; 0 where the system has no /proc.
 * Each living process counts with its own high-water mark (VmHWM of proc(5)), so a peak between samples is not lost.
 */
export class MemoryWatch {
  #root;
  peakKiB = 0;

  constructor(pid) {
    this.#root = pid;
  }

  sample() {
    const sum = childrenOf(this.#root).reduce((total, pid) => total + treeKiB(pid), 0);
    this.peakKiB = Math.max(this.peakKiB, sum);
  }
}

function treeKiB(pid) {
  const mark = /VmHWM:\s+(\d+) kB/.exec(readProc(`/proc/${pid}/status`));
  return childrenOf(pid).reduce((sum, child) => sum + treeKiB(child), Number(mark?.[1] ?? 0));
}

/** Children of the main thread; no contender starts programs from another one. */
function childrenOf(pid) {
  return readProc(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
}

/** Empty for a process that has just ended. */
function readProc(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
