import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';
import {
  idsOfBody,
  idsOfPath,
  isCollectionPath,
  isStoredPath,
  isUploadPath,
} from '../forward/route/stored-ids.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import { notAllowed } from '../providers/allowance.ts';
import type { Holder, Holders } from '../providers/holders/holders.ts';
import { keepsNothing } from '../providers/holders/keeps-nothing.ts';
import type { Upstream } from '../providers/upstream.ts';

export interface FindHolderDeps {
  readonly holders: Pick<Holders, 'find'>;
  readonly allowanceOf: AllowanceOf;
  /** By name. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
}

/** Where its id was told just now, another process may still be on its way to say so. */
const LOOK_AGAIN_MS = 50;

const unknown = (id: string, providers: readonly string[]): GatewayError =>
  new GatewayError(
    'invalid_request',
    `you have stored nothing with the id ${id.slice(0, 100)} through this gateway, so it does not know which of ${providers.join(', ')} holds it. Ask the one that does by its name: /p/${providers[0]}/…`,
    { status: 404, param: 'id' },
  );

const hidden = (): GatewayError =>
  new GatewayError(
    'invalid_request',
    'this key is limited to some models, and so to its own files. Name each once in file_ids, input_file_id or training_file, 200 at most: files named elsewhere in the body cannot be checked.',
  );

const ANTHROPIC_PATH = /^\/messages\//;

/**
 * Finds the provider that holds what a request names by its id, such as the file of a batch. A key that may use some
 * models alone reaches nothing that others have stored, wherever it says that it is.
 */
export const findHolder = ({ holders, allowanceOf, upstreams }: FindHolderDeps): RequestHandler => {
  const look = async (ids: readonly string[], mustBeKnown: boolean): Promise<Holder | undefined> => {
    const found = await holders.find(ids);
    if (found || !mustBeKnown) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    return holders.find(ids);
  };
  return (request, response, next) => {
    const { context, headers } = request;
    const { upstreamPath: path, body, members, model, native, caller } = context;
    /** Who names a provider or a model has said where to. */
    const isSaid = native !== undefined || model !== undefined;
    if (!isStoredPath(path) || (isSaid && !allowanceOf(caller).limitsModels)) {
      next();
      return;
    }
    const allowance = allowanceOf(caller);
    const bytes = body.kind === 'buffered' ? body.bytes : Buffer.alloc(0);
    const named = idsOfBody(bytes, members);
    const ids = [...named.ids, ...idsOfPath(path)];
    const [id] = ids;
    const isRead = named.isCertain && (body.kind !== 'stream' || isUploadPath(path));
    if (allowance.limitsModels && !isRead) {
      next(hidden());
      return;
    }
    if (id === undefined) {
      // A list shows what others have stored.
      const isOpen = !allowance.limitsModels || (request.method === 'POST' && isCollectionPath(path));
      next(isOpen ? undefined : notAllowed('a list of all that is stored', allowance));
      return;
    }
    const isAnthropic = 'anthropic-version' in headers || ANTHROPIC_PATH.test(path);
    const candidates = [...upstreams.values()]
      .filter((one) => !keepsNothing(one, isAnthropic) && allowance.allowsProvider(one.name))
      .map(({ name }) => name);
    const isSignIn = 'chatgpt-account-id' in headers;
    const decide = (holder: Holder | undefined): void => {
      if (response.closed) return;
      const isKnown = holder !== undefined && upstreams.has(holder.provider);
      if (!isKnown && !isSaid && candidates.length > 1 && !isSignIn) next(unknown(id, candidates));
      else {
        if (!isSaid) context.holder = isKnown ? holder.provider : isSignIn ? undefined : candidates[0];
        next();
      }
    };
    const decideOwn = async (): Promise<void> => {
      const held: Holder[] = [];
      for (const one of ids) {
        const holder = await look([one], true);
        if (holder === undefined || holder.owner !== caller.keyId) throw unknown(one, candidates);
        held.push(holder);
      }
      decide(held[0]);
    };
    if (allowance.limitsModels) decideOwn().catch(next);
    else look(ids, candidates.length > 1).then(decide, next);
  };
};
