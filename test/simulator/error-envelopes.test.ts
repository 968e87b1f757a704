import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

test('an error inside a summary is a success otherwise', async () => {
  const gesError = {
    code: 'GES.8017',
    message: 'label index not found',
    httpStatus: 200,
    envelope: 'label-details' as const,
  };
  const { send } = await openSimulator({
    faults: { rules: [{ when: { path: 'summary' }, fault: { gesError } }] },
  });
  expect(JSON.parse((await send('summary?label_details=true')).text).data.labelDetails).toEqual({
    errorCode: 'GES.8017',
    errorMessage: 'label index not found',
  });
});
