import http, { type Agent } from 'node:http';
import { bodyOf, type StreamScript } from './stream-events.ts';

/** Asks for a stream and holds every byte of it against what must come. @throws where one differs */
export const askStream = (url: string, agent: Agent, script: StreamScript): Promise<void> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: 'load', stream: true, input: JSON.stringify(script) });
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'thread-id': script.id,
    };
    let hasAnswer = false;
    const request = http.request(`${url}/responses`, { method: 'POST', agent, headers }, (response) => {
      hasAnswer = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const got = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200 && got === bodyOf(script)) resolve();
        else reject(new Error(`stream ${script.id}: ${response.statusCode}, ${got.length} characters`));
      });
    });
    request.on('error', (reason: NodeJS.ErrnoException) => {
      // A kept connection may be closed by its server at the moment it is used again: no answer has begun, and
      // Node's documentation of `reusedSocket` says to ask once more. It happens where a machine stands still.
      if (request.reusedSocket && reason.code === 'ECONNRESET' && !hasAnswer) {
        askStream(url, agent, script).then(resolve, reject);
      } else reject(reason);
    });
    request.end(body);
  });
