import type { Command } from 'commander';
import { EDITIONS } from '../model.js';

/** Flags of the commands whose paths differ between editions. */
export function addCallOptions(command: Command): Command {
  return command
    .option('--edition <name>', `${EDITIONS.join(', ')} (default: memory)`)
    .option('--hyg-base <path>', 'where HyG calls stand, such as graphs/{graph}/hyg (default: hyg/{graph})');
}
