import type { Candidate } from './candidate.ts';

/**
 * The gateways of `BENCH_RIVALS=name=command,name=command`, each a command of the shell that listens on `$PORT` and
 * asks `$UPSTREAM`, such as `http://127.0.0.1:9000/v1`. They are sent plain bodies, unless their name ends in `+zstd`.
 * @throws Error where an entry has no name or no command
 */
export const namedRivals = (value: string | undefined, upstreamPort: number): Candidate[] =>
  (value ?? '')
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const equals = entry.indexOf('=');
      const name = entry.slice(0, Math.max(equals, 0)).trim();
      const line = entry.slice(equals + 1).trim();
      if (name === '' || line === '') throw new Error(`BENCH_RIVALS: "${entry}" is not name=command`);
      return {
        name,
        takesZstd: name.endsWith('+zstd'),
        command: () => ['sh', '-c', line],
        env: (_folder, port) => ({ PORT: String(port), UPSTREAM: `http://127.0.0.1:${upstreamPort}/v1` }),
      };
    });
