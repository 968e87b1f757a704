// Writes the reference pages from the built program: docs/cli.md from the help of every command, docs/errors.md
// from the table of error codes. With --check nothing is written: exit 1 names each page that is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ERRORS = new URL('../dist/errors.js', import.meta.url);
const NOTE = '<!-- Written by `npm run docs`; changes by hand are lost. -->';

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--check');
if (unknown !== undefined) stop(`Unknown argument "${unknown}": give --check or nothing`, 2);
if (!existsSync(MAIN)) stop('dist/cli/main.js is missing: run "npm run build" first', 2);

const { ERROR_CODES } = await import(ERRORS.href);
const pages = { 'cli.md': cliPage(), 'errors.md': errorsPage(ERROR_CODES) };

let isStale = false;
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, import.meta.url);
  if (!args.includes('--check')) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`docs/${name} is out of date: run "npm run docs"\n`);
    isStale = true;
  }
}
process.exitCode = isStale ? 1 : 0;

function cliPage() {
  const sections = commands([]).map(
    ({ path, help }) => `## ${['ges-export', ...path].join(' ')}\n\n\`\`\`text\n${help}\`\`\`\n`,
  );
  return `${NOTE}\n\n# Commands\n\n${sections.join('\n')}`;
}

/** The command itself, then what its help lists under "Commands:", to any depth. */
function commands(path) {
  const help = helpOf(path);
  const [, list = ''] = help.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name);
  return [{ path, help }, ...names.filter((name) => name !== 'help').flatMap((name) => commands([...path, name]))];
}

/** Run through a pipe, so that the width is 80 columns on every machine. */
function helpOf(path) {
  return execFileSync(process.execPath, [MAIN, ...path, '--help'], { encoding: 'utf8' });
}

function errorsPage(codes) {
  const rows = Object.entries(codes).map(
    ([code, { exit, meaning, action }]) => `| \`${code}\` | ${exit} | ${cell(meaning)} | ${cell(action)} |`,
  );
  return [
    NOTE,
    '',
    '# Error codes',
    '',
    'Every failure has one of these codes: `error.code` in the library, `code` in the last line on standard error',
    'under `--json`. The exit codes are explained in the [README](../README.md#exit-codes).',
    '',
    '| code | exit code | meaning | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
    'A failure that is none of these is a defect of the program: `DEFECT` under `--json`, exit code 1.',
    '',
  ].join('\n');
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function stop(message, exitCode) {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
