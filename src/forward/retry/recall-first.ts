import { toGatewayError } from '../../base/to-gateway-error.ts';
import { type ByteRange, readString, scanElements, scanMembers } from '../../json/scan-members.ts';
import { isTranslated } from '../send/prepare-request.ts';
import type { Ask, AskInput } from './create-ask.ts';

/**
 * Brings an earlier answer here, where another process gave it; does nothing where nobody has it.
 * @param id of the answer, or of one of its items
 */
export type Recall = (id: string) => Promise<void>;

const REFERENCE = Buffer.from('"item_reference"');

/** The last item that is referred to: its answer holds all that came before. */
const lastReference = (body: Buffer, input: ByteRange | undefined): string | undefined => {
  if (input === undefined || !body.includes(REFERENCE)) return undefined;
  const items = scanElements(body, input) ?? [];
  const members = items.map((item) => scanMembers(body, item));
  const last = members.findLast((each) => readString(body, each?.get('type')) === 'item_reference');
  return readString(body, last?.get('id'));
};

const earlierOf = ({ asked, destination }: AskInput): string | undefined => {
  const { path, body, members = scanMembers(body) } = asked;
  const all = [destination, ...destination.fallbacks];
  // A provider that speaks Responses stores its answers itself.
  if (!all.some(({ upstream }) => isTranslated(path, upstream))) return undefined;
  return readString(body, members?.get('previous_response_id')) ?? lastReference(body, members?.get('input'));
};

/**
 * One of several processes: what a client goes on from may have been answered by another one, and is fetched
 * before the request is translated.
 */
export const recallFirst =
  (ask: Ask, recall: Recall): Ask =>
  (input, handlers) => {
    const earlier = earlierOf(input);
    if (earlier === undefined) return ask(input, handlers);
    let hasLeft = false;
    let leave = (): void => {
      hasLeft = true;
    };
    const go = (): void => {
      if (hasLeft) return;
      leave = ask(input, handlers);
    };
    recall(earlier)
      .then(go)
      .catch((error: unknown) => {
        if (!hasLeft) handlers.onFailure(toGatewayError(error));
      });
    return () => leave();
  };
