import { GesExportError } from '../errors.js';

/** Ctrl-C, SIGTERM and SIGHUP end the run at the next safe moment. */
export function interruptSignal(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (name: NodeJS.Signals) =>
    controller.abort(new GesExportError('INTERRUPTED', `Interrupted by ${name}; what is committed stays`));
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
