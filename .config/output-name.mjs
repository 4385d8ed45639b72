import path from 'node:path';

/**
 * A file's name as the bundler gives it in its list of outputs: relative to the root, with slashes everywhere.
 * @param system the rules of another system's paths, for tests
 */
export const outputName = (root, file, { relative, sep } = path) => relative(root, file).split(sep).join('/');
