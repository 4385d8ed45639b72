import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWER } from './answer.ts';
import { nginxCommand, nginxConfig } from './nginx-config.ts';
import { hasNginx, type Started, startProcess } from './start-process.ts';

/**
 * `return` alone answers before the body of the request has come, which proxies bear so badly that they were no
 * longer measured: a mirror has the body read to its end first, and only what is no file gets to the answer.
 */
const serveAnswer = (port: number): string => `server {
    listen 127.0.0.1:${port};
    root /dev/null;
    log_not_found off;
    location / { mirror /read; error_page 404 405 =200 @answer; }
    location = /read { internal; return 204; }
    location @answer { default_type application/json; return 200 '${ANSWER}'; }
  }`;

export interface Upstream extends Started {
  readonly kind: 'nginx' | 'node';
}

/**
 * An upstream that reads requests to their end, and costs as little as possible: nginx, else a server of Node's.
 * @param servers folder of the built servers of this benchmark
 */
export const startUpstream = async (port: number, folder: string, servers: string): Promise<Upstream> => {
  if (!hasNginx) {
    const command = [process.execPath, join(servers, 'upstream.mjs'), String(port)];
    return { kind: 'node', ...(await startProcess({ core: 'load', command, port, folder })) };
  }
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig(folder, serveAnswer(port)));
  const command = nginxCommand(folder, file);
  return { kind: 'nginx', ...(await startProcess({ core: 'load', command, port, folder })) };
};
