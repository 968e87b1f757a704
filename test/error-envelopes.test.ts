import { expect, test } from 'vitest';
import { ENVELOPE_NAMES } from '../src/simulator/error-envelopes.js';
import { openClient, openGraph } from './connections.js';

// A summary with `label-details` is a success, whatever stands in there.
test.each(ENVELOPE_NAMES.filter((name) => name !== 'label-details'))(
  'an error in the envelope "%s" is read, with HTTP 400 and with HTTP 200',
  async (envelope) => {
    for (const httpStatus of [400, 200]) {
      const gesError = { code: '8020', message: 'no permission', httpStatus, envelope };
      const graph = await openGraph({ faults: { rules: [{ fault: { gesError } }] } });
      const { read } = openClient(graph, { token: graph.token });
      await expect(read()).rejects.toMatchObject({
        // "complete" beside a failure: the job failed, not the query.
        code: envelope === 'hyg' ? 'JOB_FAILED' : 'API_REJECTED',
        facts: { gesErrorCode: '8020', gesErrorMessage: 'no permission', httpStatus },
      });
    }
  },
);
