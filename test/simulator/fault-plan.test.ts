import { expect, test } from 'vitest';
import { parseFaultPlan } from '../../src/simulator/fault-plan.js';
import { startSimulator } from '../../src/simulator/simulator.js';

test('JSON and YAML give the same plan, with its defaults', () => {
  const json =
    '{"seed":3,"rules":[{"when":{"path":"status","requests":[1,2]},"times":1,"fault":{"clamp":10}},{"fault":{"delayMs":5}}]}';
  const yaml = `
seed: 3
rules:
  - when: { path: status, requests: [1, 2] }
    times: 1
    fault: { clamp: 10 }
  - fault: { delayMs: 5 }
`;
  expect(parseFaultPlan(yaml, 'a')).toEqual(parseFaultPlan(json, 'b'));
  expect(parseFaultPlan('rules: []', 'a')).toEqual({ seed: 0, rules: [] });
});

test.each([
  ['{"rules":[{"fault":{}}]}', 'Wrong fault plan x: rules.0.fault: names no fault'],
  [
    '{"rules":[{"fault":{"body":"html"}}]}',
    'Wrong fault plan x: rules.0.fault: body and retryAfterSeconds need status',
  ],
  ['{"rules":[{"fault":{"explode":1}}]}', 'Wrong fault plan x: rules.0.fault: Unrecognized key: "explode"'],
  ['{"rules":[{"when":{"path":"nowhere"},"fault":{"delayMs":1}}]}', 'Wrong fault plan x: rules.0.when.path:'],
  ['', 'Wrong fault plan x: top level:'],
  ['{"rules":', 'Cannot read the fault plan x: '],
])('%s is refused in one line', (text, message) => {
  let thrown: unknown;
  try {
    parseFaultPlan(text, 'x');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
  expect((thrown as Error).message).toContain(message);
  expect((thrown as Error).message).not.toContain('\n');
});

test('a port in use is a ConfigError', async () => {
  const simulator = await startSimulator();
  await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await simulator.close();
});
