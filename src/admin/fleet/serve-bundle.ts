import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { ifNoneMatch } from '../../base/if-none-match.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { compilePolicy, versionOf } from '../../fleet/compile-policy.ts';
import { bundleOf } from '../../fleet/config-bundle.ts';
import { isGroupPath, readGroupPath } from '../../fleet/group-path.ts';
import { membershipOf } from '../../fleet/membership-of.ts';
import { groupsOf } from '../../fleet/rules-for.ts';
import { authOf, type Caller } from '../../guard/caller.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { sendJson } from '../api/call.ts';
import type { NoteServed } from './note-served.ts';

export interface ServeBundleDeps {
  /** A reload changes what is in it. */
  readonly config: Pick<GatewayConfig, 'policy'>;
  readonly checkKey: CheckKey;
  readonly ring: Pick<KeyRing, 'find'>;
  readonly noteServed: NoteServed;
  /** Makes the paths of groups. */
  readonly secret: Buffer;
}

const MAX_CLIENT = 100;

/** Codex's configuration server. @param url path and query */
export const isBundlePath = (url: string): boolean =>
  /^\/codex\/config\/bundle(?:\?|$)/.test(url) || isGroupPath(url);

/**
 * Answers `GET /codex/config/bundle`: the rules of the caller's group, and the default for whoever shows no key. A
 * wrong key is refused: who has lost theirs is not to be told what holds for everybody as if it were theirs.
 * @throws GatewayError method_not_allowed, unknown_route where there is no policy, what `checkKey` throws
 */
export const createServeBundle =
  ({ config, checkKey, ring, noteServed, secret }: ServeBundleDeps) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      throw new GatewayError('method_not_allowed', `${method} is not answered here.`, {
        headers: { allow: 'GET, HEAD' },
      });
    }
    const { policy } = config;
    if (!policy) {
      throw new GatewayError(
        'unknown_route',
        'this gateway has no policy for its clients. Add `policy:` to its gomodel.yaml, or take [config_server] out of requirements.toml.',
      );
    }
    const { url = '' } = request;
    const ofPath = isGroupPath(url) ? readGroupPath(secret, url) : undefined;
    if (isGroupPath(url) && !policy.groups.some(({ name }) => name === ofPath)) {
      throw new GatewayError(
        'unknown_route',
        'no group has this path: `gomodel-ts enroll --group` prints those that there are.',
      );
    }
    const peer = peerOf(request);
    const isNamed = ['authorization', 'x-gomodel-key', 'x-api-key'].some(
      (name) => headers[name] !== undefined,
    );
    const caller: Caller | undefined = isNamed ? await checkKey({ headers, peer }) : undefined;
    const key = caller?.keyId === undefined ? undefined : ring.find(caller.keyId);
    const own = groupsOf(policy, membershipOf(key));
    // A key says more than the machine that it is used on.
    const compiled = compilePolicy(policy, own.length === 0 && ofPath !== undefined ? [ofPath] : own);
    noteServed({
      by: key && caller ? authOf(caller) : 'none',
      address: peer.address,
      client: headers['user-agent']?.slice(0, MAX_CLIENT),
      group: compiled.group ?? 'default',
      version: versionOf(compiled),
    });
    response.setHeader('etag', compiled.etag);
    response.setHeader('vary', 'authorization, x-gomodel-key, x-api-key');
    // Kept by the client, and asked for anew each time.
    response.setHeader('cache-control', 'private, no-cache');
    if (ifNoneMatch(headers['if-none-match'], compiled.etag)) {
      response.writeHead(304).end();
      return;
    }
    sendJson({ response }, bundleOf(compiled));
  };
