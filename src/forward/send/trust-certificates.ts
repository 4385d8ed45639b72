import type { Agent } from 'node:http';
import * as tls from 'node:tls';

/** Certificates that Node can list, from 22.15 on; before, those that it was built with. */
const usualCertificates = (): readonly string[] => {
  const list: unknown = Reflect.get(tls, 'getCACertificates');
  if (typeof list !== 'function') return tls.rootCertificates;
  const listed: unknown[] = ['default', 'system'].flatMap((kind) => list(kind) as unknown[]);
  return [...new Set(listed.filter((certificate) => typeof certificate === 'string'))];
};

/**
 * Lets an agent trust certificates beside the usual ones. The context is made once: made for each connection,
 * it would cost some milliseconds of processor time each.
 */
export const trustCertificates = (agent: Agent, certificates: readonly string[] | undefined): void => {
  if (certificates === undefined || !('options' in agent) || typeof agent.options !== 'object') return;
  const secureContext = tls.createSecureContext({ ca: [...usualCertificates(), ...certificates] });
  Object.assign(agent.options ?? {}, { secureContext });
};
