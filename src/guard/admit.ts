import type { WebSocketSetting } from '../config/settings/request-settings.ts';
import type { Transport } from '../log/record.ts';
import { type Caller, NOBODY } from './caller.ts';
import { checkClosing } from './checks/check-closing.ts';
import { checkFraming } from './checks/check-framing.ts';
import { checkHandshake } from './checks/check-handshake.ts';
import type { CheckKey } from './checks/check-key.ts';
import { checkLoop } from './checks/check-loop.ts';
import { checkMethod } from './checks/check-method.ts';
import { checkPage } from './checks/check-page.ts';
import { checkRead } from './checks/check-read.ts';
import { type MatchedRoute, requireRoute } from './match-route.ts';
import type { RequestHead, Surface } from './request-head.ts';

/** What the checks have found out about a request. */
interface Admission {
  /** Empty unless a model is asked for. */
  route: MatchedRoute;
  /** `NOBODY` until the check of the key has passed. */
  caller: Caller;
}

/** Decides on one point. Throws the GatewayError that the client gets, or writes into the admission. */
type RunCheck = (head: RequestHead, admission: Admission) => void | Promise<void>;

interface Check {
  readonly name: CheckName;
  /** Absent: all of them. */
  readonly surface?: Surface;
  /** Absent: both. */
  readonly transport?: Transport;
  /**
   * Set where a refusal belongs to the history of the client, which the check of the key has recognised: its
   * record is a full one. Absent: the record keeps little, and the head is not looked at.
   */
  readonly namesCaller?: true;
  readonly run: RunCheck;
}

type CheckName =
  | 'closing'
  | 'framing'
  | 'method'
  | 'page'
  | 'loop'
  | 'route'
  | 'key'
  | 'read'
  | 'handshake'
  | 'capacity';

export type Verdict = { readonly kind: 'admitted'; readonly admission: Admission } | Refusal;

/** `caller`: set where the record of the refusal names its client. */
interface Refusal {
  readonly kind: 'refused';
  readonly by: CheckName;
  readonly error: unknown;
  readonly caller: Caller | undefined;
}

/** Says at once whether a request is let in, unless a check must ask somebody else. Never throws or rejects. */
export type Admit = (head: RequestHead) => Verdict | Promise<Verdict>;

export interface AdmitDeps {
  readonly isClosing: () => boolean;
  /** Whether callers need a key. */
  readonly isGuarded: () => boolean;
  /** This process as it names itself in `Via`. */
  readonly via: string;
  readonly checkKey: CheckKey;
  readonly websockets: WebSocketSetting;
  /** Refuses what would be too much at once. */
  readonly checkCapacity: Readonly<Record<Transport, () => void | Promise<void>>>;
}

/**
 * Every check that a request passes before its body is read, in this order: what says whether the rest may be
 * believed, then what costs least, then the key, and what is counted last. To add one, add a line.
 */
const listChecks = (deps: AdmitDeps): readonly Check[] => [
  { name: 'closing', surface: 'model', run: () => checkClosing(deps.isClosing()) },
  { name: 'framing', run: checkFraming },
  { name: 'method', run: ({ method }) => checkMethod(method) },
  { name: 'page', run: (head) => checkPage(head, deps.isGuarded()) },
  { name: 'loop', surface: 'model', run: ({ headers }) => checkLoop(headers, deps.via) },
  {
    name: 'route',
    surface: 'model',
    run: ({ method, target }, admission) => {
      admission.route = requireRoute(method, target);
    },
  },
  {
    name: 'key',
    surface: 'model',
    run: (head, admission) => {
      const note = (caller: Caller): void => {
        admission.caller = caller;
      };
      const caller = deps.checkKey(head);
      return caller instanceof Promise ? caller.then(note) : note(caller);
    },
  },
  {
    name: 'read',
    surface: 'model',
    transport: 'http',
    namesCaller: true,
    run: (head, { route }) => checkRead(head, route),
  },
  {
    name: 'handshake',
    surface: 'model',
    transport: 'websocket',
    namesCaller: true,
    run: (head, { route }) => checkHandshake(head, route, deps.websockets),
  },
  // What is too much must cost little: its refusals name nobody.
  { name: 'capacity', surface: 'model', run: ({ transport }) => deps.checkCapacity[transport]() },
];

const NO_ROUTE: MatchedRoute = { path: '', native: undefined };

/** Runs the checks from one place in the list; goes on later where one of them takes its time. */
const runFrom = (
  checks: readonly Check[],
  start: number,
  head: RequestHead,
  admission: Admission,
): Verdict | Promise<Verdict> => {
  for (let index = start; index < checks.length; index++) {
    const { name, run, namesCaller } = checks[index] as Check;
    const refuse = (error: unknown): Verdict => ({
      kind: 'refused',
      by: name,
      error,
      caller: namesCaller && admission.caller,
    });
    try {
      const pending = run(head, admission);
      if (pending) return pending.then(() => runFrom(checks, index + 1, head, admission), refuse);
    } catch (error) {
      return refuse(error);
    }
  }
  return { kind: 'admitted', admission };
};

/** Makes the one gate of the gateway, for every surface and transport. */
export const createAdmit = (deps: AdmitDeps): Admit => {
  const all = listChecks(deps);
  const listFor = (surface: Surface, transport: Transport): readonly Check[] =>
    all.filter(
      (check) => (check.surface ?? surface) === surface && (check.transport ?? transport) === transport,
    );
  const ofSurface = (surface: Surface) => ({
    http: listFor(surface, 'http'),
    websocket: listFor(surface, 'websocket'),
  });
  const lists = { model: ofSurface('model'), admin: ofSurface('admin'), health: ofSurface('health') };
  return (head) => runFrom(lists[head.surface][head.transport], 0, head, { route: NO_ROUTE, caller: NOBODY });
};
