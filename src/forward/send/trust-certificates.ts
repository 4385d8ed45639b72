import type { Agent } from 'node:http';
import tls from 'node:tls';
import { usualCertificates } from '../../base/usual-certificates.ts';

/**
 * Lets an agent trust certificates beside the usual ones. The context is made once: made for each connection,
 * it would cost some milliseconds of processor time each.
 */
export const trustCertificates = (agent: Agent, certificates: readonly string[] | undefined): void => {
  if (certificates === undefined || !('options' in agent) || typeof agent.options !== 'object') return;
  const secureContext = tls.createSecureContext({ ca: [...usualCertificates(), ...certificates] });
  Object.assign(agent.options ?? {}, { secureContext });
};
