// Runs dependency-cruiser over src and fails when it saw nothing: with a compiler that it cannot use it reports
// "0 modules" and succeeds.
import { spawnSync } from 'node:child_process';

const { status, stdout } = spawnSync('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.stdout.write(stdout);
const modules = Number(/(\d+) modules/.exec(stdout)?.[1]);
if (!(modules > 50)) {
  process.stderr.write(
    `The import rule was checked on ${modules} modules: the tool does not see the sources\n`,
  );
  process.exit(1);
}
process.exit(status ?? 1);
