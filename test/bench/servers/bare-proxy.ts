import http from 'node:http';

// The measure of all others: what Node itself costs. argv: port, port of the upstream.
const [port, upstreamPort] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' });

http
  .createServer((request, response) => {
    const { method, url: path, headers } = request;
    const onward = http.request(
      { host: '127.0.0.1', port: upstreamPort, method, path, headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  })
  .listen(port, '127.0.0.1');
