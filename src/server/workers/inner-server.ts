import { randomBytes, timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { setPeer } from '../../guard/peer-of.ts';
import type { Doors } from '../compose/compose-operations.ts';
import { MAX_HEADER_BYTES } from '../listening/create-server.ts';
import { PEER_HEADER, SECRET_HEADER } from './inner-headers.ts';
import { createInnerPlace, removeInnerPlace } from './inner-place.ts';
import type { InnerAddress } from './protocol.ts';

export interface InnerServer {
  readonly address: InnerAddress;
  /** Cuts what is still answered. */
  close(): Promise<void>;
}

/** What a worker adds to a client's headers, and some. */
const OWN_HEADER_BYTES = 1024;

const takeHeader = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  delete headers[name];
  return typeof value === 'string' ? value : '';
};

/** Keeps out everyone but the workers, and says for whom they ask. */
const admitWorkers = (secret: string): RequestHandler => {
  const expected = Buffer.from(secret);
  return (request, response, next) => {
    const given = Buffer.from(takeHeader(request, SECRET_HEADER));
    const [port = '', scheme = '', address = '', prefix] = takeHeader(request, PEER_HEADER).split(' ');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.writeHead(403).end();
      return;
    }
    setPeer(request, {
      address,
      localPort: Number(port),
      isSecure: scheme === 'https',
      ...(prefix && { prefix }),
    });
    next();
  };
};

/** Answers the workers what is asked of the gateway as a whole. */
export const startInnerServer = async (
  dataDir: string,
  { admin, readyz, metrics, intake }: Doors,
): Promise<InnerServer> => {
  const secret = randomBytes(32).toString('base64url');
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use(admitWorkers(secret));
  app.get('/readyz', readyz);
  if (metrics) app.all(metrics.endpoint, metrics.handle);
  app.use(intake);
  app.use(admin.handle);
  const server = http.createServer(
    // Workers keep their connections for as long as they run.
    {
      keepAliveTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES + OWN_HEADER_BYTES,
      requestTimeout: 0,
      requireHostHeader: false,
    },
    app,
  );
  const path = await createInnerPlace(dataDir);
  const remove = (): void => removeInnerPlace(path);
  // A second signal ends the process at once.
  process.once('exit', remove);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    address: { path, secret },
    close: async () => {
      server.close();
      server.closeAllConnections();
      process.off('exit', remove);
      remove();
    },
  };
};
