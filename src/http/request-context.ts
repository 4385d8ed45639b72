import type { Stopwatch } from '../base/time/stopwatch.ts';
import type { Room } from '../coding/body-budget.ts';
import type { Coding } from '../coding/parse-content-codings.ts';
import type { OutgoingBody } from '../forward/forwarding.ts';
import type { Caller } from '../guard/caller.ts';
import type { MatchedRoute } from '../guard/match-route.ts';
import type { MemberRange } from '../json/scan-members.ts';
import type { Exchange } from '../log/exchange.ts';

/** What was read of a form. */
interface ReadForm {
  readonly fields: ReadonlyMap<string, { readonly isRepeated?: true }>;
  /** Offsets in the body, the end excluded. */
  readonly model: { readonly start: number; readonly end: number } | undefined;
}

/** What the middleware of one request hand on to each other. */
interface RequestContext {
  readonly exchange: Exchange;
  readonly stopwatch: Stopwatch;
  /** Who asks. */
  caller: Caller;
  /** Path below `/v1`, with the query; of a native route, as received. */
  upstreamPath: string;
  /** Where the path names a provider: what is asked of that one, in its own API. */
  native: MatchedRoute['native'];
  /** The content codings, as sent and in that order; empty where the body is plain. */
  codings: readonly Coding[];
  body: OutgoingBody;
  /** The memory of a body that was read; released when the response closes. */
  room: Room | undefined;
  /** Of a body that is a JSON object: where its members lie. */
  members: ReadonlyMap<string, MemberRange> | undefined;
  /** Of an upload: the fields of its form that were read, and where it says its model. */
  form: ReadForm | undefined;
  /** As the client wrote it; undefined if the request names none. */
  model: string | undefined;
  /** The provider that holds what the request names by an id, such as a file. */
  holder: string | undefined;
}

declare global {
  namespace Express {
    interface Request {
      /** Set by `openExchange`, the first middleware of every model request. */
      context: RequestContext;
    }
  }
}
