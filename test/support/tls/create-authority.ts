import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** A private certificate authority, as companies have one. */
export interface Authority {
  /** The file that clients are told of, PEM. */
  readonly file: string;
  readonly pem: string;
  /** @param names such as `DNS:gw.corp`; @param days until it expires, below 1 for one that has expired */
  issue(names: string, days?: number): { readonly certFile: string; readonly keyFile: string };
}

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export const createAuthority = (): Authority => {
  const folder = createTemporaryFolder('authority');
  const file = join(folder, 'ca.pem');
  const caKey = join(folder, 'ca.key');
  const more = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '30',
    '-subj',
    '/CN=Test authority',
    ...more,
    '-keyout',
    caKey,
    '-out',
    file,
  );
  let count = 0;
  return {
    file,
    pem: readFileSync(file, 'utf8'),
    issue: (names, days = 20) => {
      count++;
      const [keyFile, request, certFile, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) =>
        join(folder, `${count}.${end}`),
      ) as [string, string, string, string];
      writeFileSync(
        extensions,
        `subjectAltName=${names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`,
      );
      openssl('req', ...NEW_KEY, '-subj', `/CN=gateway ${count}`, '-keyout', keyFile, '-out', request);
      const signing = ['-CA', file, '-CAkey', caKey, '-CAcreateserial', '-extfile', extensions];
      openssl('x509', '-req', '-in', request, ...signing, '-days', String(days), '-out', certFile);
      return { certFile, keyFile };
    },
  };
};
