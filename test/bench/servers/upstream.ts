import http from 'node:http';
import { ANSWER } from '../answer.ts';

// Stands in where nginx is missing. argv: port.
http
  .createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
      response.end(ANSWER);
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
