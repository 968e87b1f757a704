// Writes the reference pages: docs/cli.md from the help of every command and docs/errors.md from the table of error
// codes of the built program, docs/shapes.md from the cases of test/golden. With --check nothing is written: exit 1
// names each page that is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shapesPage } from './shapes-page.mjs';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ERRORS = new URL('../dist/errors.js', import.meta.url);
const GES_ERRORS_FILE = new URL('../dist/client/ges-errors.js', import.meta.url);
const NOTE = '<!-- Written by `npm run docs`; changes by hand are lost. -->';

/** How the table says what a message must speak of. */
const WHEN = {
  algorithm: 'of an algorithm',
  element: 'of a vertex, edge, label or parameter',
  'graph-missing': 'of a graph that is not there',
  'job-missing': 'of a job that is not there',
  missing: 'of something that is not there',
  'past-end': 'of a window that is not there',
};

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--check');
if (unknown !== undefined) stop(`Unknown argument "${unknown}": give --check or nothing`, 2);
if (!existsSync(MAIN)) stop('dist/cli/main.js is missing: run "npm run build" first', 2);

const { ERROR_CODES } = await import(ERRORS.href);
const { CODE_OF, GES_ERRORS, HTTP_ERRORS } = await import(GES_ERRORS_FILE.href);
const pages = { 'cli.md': cliPage(), 'errors.md': errorsPage(ERROR_CODES), 'shapes.md': shapesPage(NOTE) };

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
    ...gesSection(),
  ].join('\n');
}

/** What each code of GES means, and which of the codes above it becomes. */
function gesSection() {
  const rows = GES_ERRORS.map(({ codes, when, meaning, action, consequence }) => {
    const names = codes.map((code) => `\`${code}\``).join(', ');
    if (when !== undefined && WHEN[when] === undefined) stop(`No words for messages of the kind "${when}"`, 1);
    const speaks = when === undefined ? '' : `, ${WHEN[when]}`;
    return `| ${names}${speaks} | ${becomes(consequence)} | ${cell(meaning)} | ${cell(action)} |`;
  });
  const statuses = HTTP_ERRORS.map(
    ({ statuses: numbers, meaning, action, consequence }) =>
      `| ${numbers.join(', ')} | ${becomes(consequence)} | ${cell(meaning)} | ${cell(action)} |`,
  );
  return [
    '# Errors of GES',
    '',
    'An answer of GES is judged by its error code and message first, in English or Chinese, and by its HTTP status last:',
    'an invalid token is HTTP 400, and so is a failed job. The first row that fits counts. A message that speaks of an',
    'expired or invalid token is `API_UNAUTHORIZED` under every code. Under a code that is in no row, a graph or a job that',
    'does not exist is told from the message, all else from the HTTP status.',
    '',
    '| code of GES | becomes | meaning | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
    '| HTTP status without a code | becomes | meaning | what to do |',
    '|---|---|---|---|',
    ...statuses,
    '| any other from 300 | `API_REJECTED` | Refused | Read the message |',
    '',
  ];
}

function becomes(consequence) {
  const code = `\`${CODE_OF[consequence]}\``;
  return consequence.startsWith('new-token-or') ? `${code}, after a fresh token was tried` : code;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function stop(message, exitCode) {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
