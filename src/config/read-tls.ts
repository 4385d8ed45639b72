import { GatewayError } from '../base/errors.ts';
import { admitSources } from './admit-sources.ts';
import { type ConfigSources, readSetting } from './read-setting.ts';

/** Where the listener's certificate and key are. */
export interface TlsFiles {
  /** PEM: the gateway's own certificate first, then those that signed it. */
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * The files of the listener; undefined where it speaks plain HTTP.
 * @throws GatewayError invalid_config where only one of the two is named
 */
export const readTls = (given: ConfigSources): TlsFiles | undefined => {
  const { sources } = admitSources(given);
  const certFile = readSetting('tlsCert', sources)?.value;
  const keyFile = readSetting('tlsKey', sources)?.value;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  const [set, missing] = certFile === undefined ? ['TLS_KEY', 'TLS_CERT'] : ['TLS_CERT', 'TLS_KEY'];
  throw new GatewayError(
    'invalid_config',
    `${set} is set and ${missing} is not. Set both, for https, or neither.`,
  );
};
