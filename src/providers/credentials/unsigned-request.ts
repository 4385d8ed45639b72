import type { Agent } from 'node:http';

/** A request as it will be sent. */
interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  /** The connections to the provider, over which a token is asked for as well. */
  readonly agent: Agent;
}

/**
 * Says which header lines prove who sends a request, names in lower case.
 * @throws GatewayError provider_not_configured where the credential cannot be used
 */
export type SignRequest = (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;
