import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import { peerOf } from '../../guard/peer-of.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import type { Person } from '../../guard/people/person.ts';
import { readPersonEntry } from '../../guard/people/sign-in-entry.ts';
import type { WrongKeys } from '../../guard/slow-wrong-keys.ts';
import type { SignedIn } from '../provider/open-provider.ts';
import type { DeviceAsker, Devices } from '../sign-ins/devices.ts';
import { createSecret, digestOf } from '../sign-ins/secrets.ts';
import type { SignIns } from '../sign-ins/sign-ins.ts';
import type { Seal } from '../tokens/seal.ts';
import { markup, sendPage, sendRefusalPage } from './pages.ts';
import type { Fields } from './read-form.ts';
import { cookieOf, type Purpose } from './state-cookie.ts';

/** The program and its place, as a confirmation has kept them. */
const askerIn = ({ program, address }: JsonObject): DeviceAsker => ({
  program: String(program),
  address: String(address),
});

/** How long a person may think about it. */
const CONFIRM_MS = 5 * 60_000;

export interface DevicePagesDeps {
  readonly devices: Devices;
  readonly signIns: SignIns;
  readonly store: EntryStore;
  readonly seal: Pick<Seal, 'sealToken' | 'openToken'>;
  readonly wrongCodes: WrongKeys;
  readonly isSecure: () => boolean;
  /** Begins a sign-in. @returns where the browser goes to, and the cookie that it needs */
  readonly begin: (
    request: IncomingMessage,
    purpose: Purpose,
  ) => Promise<{ readonly url: string; readonly cookie: string }>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const askForCode = (response: ServerResponse, typed: string, status: number, problem?: string): void =>
  sendPage(response, {
    title: 'Sign a program in',
    status,
    body: markup`<p>Type the code that the program shows you. Do so only if you have started that program yourself.</p>
${problem === undefined ? undefined : markup`<p role="alert"><strong>${problem}</strong></p>`}
<form method="post" action="/device">
<p><label for="user-code">Code</label><br>
<input id="user-code" name="user_code" value="${typed}" autocomplete="off" spellcheck="false" required autofocus></p>
<p><button type="submit">Continue</button></p>
</form>`,
  });

/**
 * The pages by which a person allows a program on another machine to act for them: the code, the sign-in, and a
 * question that no link can answer in their place.
 * @see RFC 8628 §3.3 and §5.4
 */
export const createDevicePages = (deps: DevicePagesDeps) => {
  const { devices, signIns, store, seal, wrongCodes, isSecure, begin, now } = deps;
  const cookieName = (request: IncomingMessage): string => `gomodel_device_${peerOf(request).localPort}`;
  const cookie = (request: IncomingMessage, value: string, maxAgeS: number): string =>
    `${cookieName(request)}=${value}; Path=/device; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${isSecure() ? '; Secure' : ''}`;

  const confirm = (
    request: IncomingMessage,
    response: ServerResponse,
    shown: { person: Person; asker: DeviceAsker; userCode: string },
    { id, secret }: { id: string; secret: string },
    cleared: string,
  ): void => {
    const { person, asker, userCode } = shown;
    sendPage(response, {
      title: 'Allow this program?',
      cookies: [cleared, cookie(request, secret, CONFIRM_MS / 1000)],
      body: markup`<p>You are signed in as <strong>${person.name}</strong>${
        person.email === undefined || person.email === person.name ? undefined : markup` (${person.email})`
      }. A program wants to use the gateway in your name:</p>
<p class="code">${userCode}</p>
<p class="dim">${asker.program}, from ${asker.address}</p>
<p>Allow it only if you have started it yourself, just now, and it shows this code. Nobody else may ask you for this.</p>
<form method="post" action="/device/decision">
<input type="hidden" name="confirmation" value="${id}">
<p><button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button></p>
</form>`,
    });
  };

  return {
    show: (response: ServerResponse, query: URLSearchParams): void =>
      askForCode(response, (query.get('user_code') ?? '').slice(0, 40), 200),

    /** Takes the code; who guesses codes is slowed down like who guesses keys. */
    take: async (request: IncomingMessage, response: ServerResponse, fields: Fields): Promise<void> => {
      const typed = (fields.get('user_code') ?? '').slice(0, 40);
      const found = await devices.find(typed);
      if (!found) {
        const problem = 'no program waits with this code: it was mistyped, or is too old.';
        try {
          await wrongCodes.refuse(peerOf(request).address, new GatewayError('invalid_api_key', problem));
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          const { status, message } = error;
          askForCode(
            response,
            typed,
            status === 429 ? status : 400,
            message.replace('wrong keys', 'wrong codes'),
          );
        }
        return;
      }
      const { url, cookie: begun } = await begin(request, {
        kind: 'device',
        device: found.device,
        userCode: typed,
      });
      sendPage(response, {
        title: 'Sign a program in',
        cookies: [begun],
        // A redirect would be stopped: what a form leads to must be of this origin.
        goesTo: url,
        body: markup`<p><a href="${url}">Continue to the sign-in</a></p>`,
      });
    },

    /** Asks the person who has signed in. @param cleared the cookie of the sign-in, taken away */
    ask: async (
      request: IncomingMessage,
      response: ServerResponse,
      { device, userCode }: Extract<Purpose, { kind: 'device' }>,
      { person, refreshToken }: SignedIn,
      cleared: string,
    ): Promise<void> => {
      const found = await devices.find(userCode);
      if (found?.device !== device) {
        sendRefusalPage(response, 400, 'the program does not wait any more. Begin again there.', [cleared]);
        return;
      }
      const [id, secret] = [createSecret(), createSecret()];
      const sealed = refreshToken === undefined ? undefined : await seal.sealToken(refreshToken);
      const keep = {
        ...{ device, person, secret: digestOf(secret), ...found.asker },
        ...(sealed !== undefined && { sealed }),
        expiresAtMs: now() + CONFIRM_MS,
      };
      await store.change('confirmation', digestOf(id), () => ({ keep, result: undefined }));
      const { asker } = found;
      confirm(
        request,
        response,
        { person, asker, userCode: userCode.toUpperCase() },
        { id, secret },
        cleared,
      );
    },

    decide: async (request: IncomingMessage, response: ServerResponse, fields: Fields): Promise<void> => {
      const secret = digestOf(cookieOf(request, cookieName(request)) ?? '');
      // It counts once, and only in the browser that was asked.
      const entry = await store.change('confirmation', digestOf(fields.get('confirmation') ?? ''), (kept) =>
        kept?.secret === secret
          ? { keep: undefined, result: kept }
          : { keep: kept && { ...kept, expiresAtMs: Number(kept.expiresAtMs) }, result: undefined },
      );
      const person = readPersonEntry(entry?.person);
      const cleared = [cookie(request, '', 0)];
      if (!entry || !person || typeof entry.device !== 'string') {
        const message = 'this question was answered already, is too old, or was asked in another browser.';
        sendRefusalPage(response, 400, message, cleared);
        return;
      }
      const refreshToken = typeof entry.sealed === 'string' ? await seal.openToken(entry.sealed) : undefined;
      const isAllowed = fields.get('decision') === 'allow';
      const signInId = isAllowed
        ? await signIns.begin({ person, refreshToken }, { clientId: '', ...askerIn(entry) })
        : undefined;
      const counts = await devices.decide(entry.device, signInId === undefined ? 'denied' : { signInId });
      if (!counts && signInId !== undefined) await signIns.end(signInId);
      if (!counts) {
        sendRefusalPage(response, 400, 'the program does not wait any more. Begin again there.', cleared);
      } else if (isAllowed) {
        const body = markup`<p>The program goes on by itself. You can close this page.</p>`;
        sendPage(response, { title: 'Signed in', cookies: cleared, body });
      } else {
        const body = markup`<p>The program was not let in. You can close this page.</p>`;
        sendPage(response, { title: 'Not allowed', cookies: cleared, body });
      }
    },
  };
};

export type DevicePages = ReturnType<typeof createDevicePages>;
