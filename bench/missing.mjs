import { spawnSync } from 'node:child_process';

/** Whether a program starts and ends with 0. */
export function runs(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Why a contender cannot run, and how to get what it needs; undefined where nothing lacks. */
export function lacksProgram(program, remedy) {
  return runs(program, '--version') ? undefined : `no ${program}; \`${remedy}\``;
}

/** The same for modules of the python3 that the shell finds first, such as that of an active venv. */
export function lacksModules(...modules) {
  const lacking = modules.filter((name) => !runs('python3', '-c', `import ${name}`));
  if (lacking.length === 0) return undefined;
  return `no ${lacking.join(', ')} in python3; \`pip install ${lacking.join(' ')}\` in an active venv`;
}
