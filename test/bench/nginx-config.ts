/**
 * The configuration of an nginx with one worker that stays in the foreground and writes nothing it need not.
 * @param folder for its pid and its temporary files
 * @param http what it serves: blocks of `http`
 */
export const nginxConfig = (folder: string, http: string): string => `
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
  ${http}
}
`;

/** The command that runs a configuration. */
export const nginxCommand = (folder: string, file: string): string[] => [
  'nginx',
  '-e',
  'stderr',
  '-p',
  folder,
  '-c',
  file,
];
