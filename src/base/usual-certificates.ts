import * as tls from 'node:tls';

/** Certificates that Node can list, from 22.15 on; before, those that it was built with. */
export const usualCertificates = (): readonly string[] => {
  const list: unknown = Reflect.get(tls, 'getCACertificates');
  if (typeof list !== 'function') return tls.rootCertificates;
  const listed: unknown[] = ['default', 'system'].flatMap((kind) => list(kind) as unknown[]);
  return [...new Set(listed.filter((certificate) => typeof certificate === 'string'))];
};
