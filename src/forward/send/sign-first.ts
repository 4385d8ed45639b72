import type { Agent } from 'node:http';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { Send } from './create-sender.ts';

/** Where an upstream wants its requests signed, that comes first: the same way of sending for all others. */
export const signFirst = (send: Send, { credential, baseUrl }: Upstream, agent: Agent): Send => {
  if (credential?.kind !== 'signed') return send;
  const base = baseUrl.href.replace(/\/$/, '');
  return (request, handlers) => {
    const { method, path, body } = request;
    let hasLeft = false;
    let leave = (): void => {
      hasLeft = true;
    };
    credential.sign({ method, url: new URL(base + path), body, agent }).then(
      (lines) => {
        if (!hasLeft) leave = send({ ...request, headers: { ...request.headers, ...lines } }, handlers);
      },
      (error: unknown) => {
        if (!hasLeft) handlers.onFailure(toGatewayError(error));
      },
    );
    return () => leave();
  };
};
