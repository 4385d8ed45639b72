import type { Clock } from '../../base/time/clock.ts';
import type { TlsFiles } from '../../config/read-tls.ts';
import type { Notices } from '../notices.ts';
import { type KeptTls, keepTls } from './keep-tls.ts';

/** @throws GatewayError invalid_config where the files cannot be used */
export const composeTls = async (
  files: TlsFiles | undefined,
  notices: Pick<Notices, 'tell'>,
  clock: Clock,
): Promise<KeptTls | undefined> => {
  if (!files) return undefined;
  return keepTls(files, { tell: notices.tell, now: () => clock.now() });
};
