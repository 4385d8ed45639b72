import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** The answer of an upstream, as it came or translated: what of an `IncomingMessage` carries it on. */
export interface UpstreamAnswer extends Readable {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value… */
  readonly rawHeaders: string[];
  /** Header lines that the gateway adds: name, value, name, value… */
  readonly ownLines?: readonly string[];
  /** Absent where the answer is translated. */
  readonly socket?: Pick<Socket, 'errored'>;
  /** True once it is whole, and not merely over. */
  readonly complete: boolean;
}
