import http from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

// What anybody would write first, with the one setting that matters: connections are kept.
const port = Number(process.argv[2]);
const upstreamPort = Number(process.argv[3]);
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' });

express()
  .use(createProxyMiddleware({ target: `http://127.0.0.1:${upstreamPort}`, agent }))
  .listen(port, '127.0.0.1');
