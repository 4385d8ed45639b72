import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import type { TlsFiles } from '../../config/read-tls.ts';

/** A certificate with its chain, and its key, that belong together. */
export interface TlsPair {
  /** PEM, as it is in the file. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** The gateway's own certificate, without those that signed it, PEM. */
  readonly certificate: string;
  readonly leaf: X509Certificate;
}

/** A chain has a few KB. */
const MAX_BYTES = 2 ** 20;

const refuse = (message: string, cause?: unknown): GatewayError =>
  new GatewayError('invalid_config', message, { cause });

const readText = async (variable: string, path: string): Promise<string> => {
  const file = await open(path).catch((cause: unknown) => {
    throw refuse(
      `${variable} names ${path}, which cannot be read (${errorCodeOf(cause)}). Correct it, or let this user read the file.`,
      cause,
    );
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    throw refuse(
      `${variable} names ${path}, which cannot be read (${errorCodeOf(cause)}). It must be a file.`,
      cause,
    );
  } finally {
    await file.close();
  }
};

const parseLeaf = (path: string, text: string): X509Certificate => {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw refuse(
      `TLS_CERT names ${path}, which has no certificate in PEM form (-----BEGIN CERTIFICATE-----). Put there the gateway's own certificate, followed by those that signed it.`,
      cause,
    );
  }
};

const checkKey = (path: string, key: string): void => {
  if (/-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    throw refuse(
      `TLS_KEY names ${path}, which is protected by a passphrase. Write one without: openssl pkey -in ${path} -out plain.key`,
    );
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) {
    throw refuse(
      `TLS_KEY names ${path}, which has no private key in PEM form (-----BEGIN PRIVATE KEY-----). Name the key's file.`,
    );
  }
};

/**
 * Reads the certificate and the key of the listener, and sees that they belong together.
 * @throws GatewayError invalid_config, with the file and what to do
 */
export const loadTlsPair = async ({ certFile, keyFile }: TlsFiles): Promise<TlsPair> => {
  const cert = await readText('TLS_CERT', certFile);
  const key = await readText('TLS_KEY', keyFile);
  const leaf = parseLeaf(certFile, cert);
  checkKey(keyFile, key);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const isMismatch = errorCodeOf(cause) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(
      isMismatch
        ? `The key in ${keyFile} (TLS_KEY) is not the one of the first certificate in ${certFile} (TLS_CERT). Name a pair that belongs together; the gateway's own certificate comes first in its file.`
        : `${certFile} (TLS_CERT) and ${keyFile} (TLS_KEY) cannot be used: ${why}. Write both anew.`,
      cause,
    );
  }
  return { cert, key, certificate: leaf.toString(), leaf };
};

/** What is wrong with the time of a certificate; undefined where it is valid. @param now ms since the epoch */
export const describeValidity = ({ leaf }: TlsPair, now: number): string | undefined => {
  const { validFrom, validTo } = leaf;
  if (Date.parse(validTo) <= now) return `The certificate in TLS_CERT expired on ${validTo}.`;
  if (Date.parse(validFrom) > now) return `The certificate in TLS_CERT is not valid before ${validFrom}.`;
  return undefined;
};
