import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** An event of translated answers: bytes of the provider's have come, of which nothing may have been made yet. */
export const PROVIDER_BYTES = 'provider-bytes';

/** An upstream's answer, original or translated: the parts of an `IncomingMessage` that relaying needs. */
export interface UpstreamAnswer extends Readable {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value… */
  readonly rawHeaders: string[];
  /** Header lines that the gateway adds: name, value, name, value… */
  readonly ownLines?: readonly string[];
  /** Absent if the answer is translated. */
  readonly socket?: Pick<Socket, 'errored'>;
  /** True once it is whole, and not merely over. */
  readonly complete: boolean;
}
