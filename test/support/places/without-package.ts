import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** `NODE_OPTIONS` for a process in which a package cannot be loaded, as where its binary was not installed. */
export const withoutPackage = (name: string): string => {
  const folder = createTemporaryFolder('without-package');
  const hooks = `export const resolve = (specifier, context, next) => {
    if (specifier.startsWith(${JSON.stringify(name)})) throw new Error('Cannot find module ' + specifier);
    return next(specifier, context);
  };`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(
    `data:text/javascript,${encodeURIComponent(hooks)}`,
  )});`;
  writeFileSync(join(folder, 'preload.mjs'), preload);
  return `--import ${pathToFileURL(join(folder, 'preload.mjs')).href}`;
};
