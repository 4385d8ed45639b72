import { trustGateway } from '../../base/gateway-trust.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { Step } from '../../probe/step.ts';
import { describeValidity, loadTlsPair } from '../../server/tls/load-tls-pair.ts';

const NAME = 'Certificate';
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** The certificate of the listener, as its next start would read it. @returns no step where it speaks plain HTTP */
export const checkTls = async ({
  tls,
  port,
}: Pick<GatewayConfig, 'tls' | 'port'>): Promise<readonly Step[]> => {
  if (!tls) return [];
  try {
    const pair = await loadTlsPair(tls);
    trustGateway(`https://localhost:${port}`, pair.certificate);
    const { validTo, subjectAltName = 'no name' } = pair.leaf;
    const invalid = describeValidity(pair, systemClock.now());
    if (invalid !== undefined) {
      return [{ name: NAME, state: 'failed', message: invalid, remedy: 'Put a valid one in its place.' }];
    }
    const message = `for ${subjectAltName}, valid until ${validTo}`;
    const days = Math.floor((Date.parse(validTo) - systemClock.now()) / DAY_MS);
    if (days >= SOON_DAYS) return [{ name: NAME, state: 'ok', message }];
    const remedy = `Renew it within ${days} days; the gateway reads the new one without a restart.`;
    return [{ name: NAME, state: 'warning', message, remedy }];
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return [{ name: NAME, state: 'failed', message, remedy: 'Correct TLS_CERT and TLS_KEY.' }];
  }
};
