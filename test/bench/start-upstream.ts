import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWER } from './answer.ts';
import { hasCommand, type Started, startProcess } from './start-process.ts';

const nginxConfig = (port: number, folder: string): string => `
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  client_body_buffer_size 8m;
  client_max_body_size 200m;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:${port};
    location / { default_type application/json; return 200 '${ANSWER}'; }
  }
}
`;

export interface Upstream extends Started {
  readonly kind: 'nginx' | 'node';
}

/**
 * An upstream that costs as little as possible: nginx, else a server of Node's.
 * @param servers folder of the built servers of this benchmark
 */
export const startUpstream = async (port: number, folder: string, servers: string): Promise<Upstream> => {
  if (!hasCommand('nginx')) {
    const command = [process.execPath, join(servers, 'upstream.mjs'), String(port)];
    return { kind: 'node', ...(await startProcess({ core: 'load', command, port, folder })) };
  }
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig(port, folder));
  const command = ['nginx', '-e', 'stderr', '-p', folder, '-c', file];
  return { kind: 'nginx', ...(await startProcess({ core: 'load', command, port, folder })) };
};
