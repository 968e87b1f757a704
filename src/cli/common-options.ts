import type { Command } from 'commander';
import { mergeSources } from '../config/sources.js';

/** Flags that every command which talks to a graph has. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('--endpoint <url>', 'address of the graph, such as http://192.168.0.10 (GES_ENDPOINT)')
    .option('--project-id <id>', 'project ID (GES_PROJECT_ID)')
    .option('--graph <name>', 'graph name (GES_GRAPH)')
    .option('--token-file <file>', 'file that holds the token; else GES_TOKEN')
    .option('--max-attempts <n>', 'attempts for each request (default: 6)')
    .option('--config <file>', 'YAML file with options; flags and environment win over it');
}

/** The flags of a command, the environment and the configuration file as one set of raw options. */
export async function rawOptions(
  flags: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Promise<Record<string, unknown>> {
  const { config, json: _json, quiet: _quiet, debug: _debug, ...rest } = flags;
  return mergeSources(rest, process.env, typeof config === 'string' ? config : undefined, known);
}
