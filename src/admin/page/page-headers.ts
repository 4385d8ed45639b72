import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/**
 * What the page may do: load its own files, show images that a conversation holds, and nothing else. No
 * inline script or style, nothing from another origin, and no HTML made of text (trusted types), whatever
 * a model wrote.
 */
const setHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'require-trusted-types-for': ["'script'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  // The gateway speaks plain HTTP on loopback: this would lock the user's other services on localhost out.
  strictTransportSecurity: false,
});

/** Sets the security headers of everything below `/admin`. */
export const setPageHeaders = (request: IncomingMessage, response: ServerResponse): void => {
  setHeaders(request, response, () => {});
};
