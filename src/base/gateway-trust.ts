import type { SecureContextOptions } from 'node:tls';
import { usualCertificates } from './usual-certificates.ts';

/** What `tls.connect` takes to decide whether the other end is the gateway. */
export interface GatewayTrust extends SecureContextOptions {
  readonly checkServerIdentity?: () => undefined;
  readonly allowPartialTrustChain?: boolean;
}

/** By origin: the certificates that gateways of this machine have announced. */
const pinned = new Map<string, string>();
let findAuthorities = (): readonly string[] => [];

/**
 * Trusts the certificate that a gateway of this machine has announced, whoever signed it and for which name: its
 * commands reach it as localhost, its certificate is for the name that other machines use.
 * @param certificate of the gateway itself, PEM
 */
export const trustGateway = (url: string, certificate: string): void => {
  pinned.set(new URL(url).origin, certificate);
};

/**
 * Trusts certificates beside the usual ones, for gateways that have announced none here.
 * @param find asked where a gateway is reached by https
 */
export const trustAuthorities = (find: () => readonly string[]): void => {
  findAuthorities = find;
};

/** What a connection to a gateway is checked by. */
export const trustFor = (url: URL): GatewayTrust => {
  const certificate = pinned.get(url.origin);
  if (certificate !== undefined) {
    return { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  }
  const authorities = findAuthorities();
  return authorities.length === 0 ? {} : { ca: [...usualCertificates(), ...authorities] };
};
