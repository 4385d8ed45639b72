import { type ErrorCode, GatewayError } from '../../base/errors.ts';
import { isObject } from '../../base/json-object.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';

/** Messages to another process of this program and from it, each a value that can be cloned. */
export interface Channel {
  /** Does nothing where nobody is there any more. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when nothing more will come. */
  onEnd(listener: () => void): void;
}

interface Call {
  readonly input: unknown;
  readonly output: unknown;
}

/** What one side may ask of the other, by name. */
type Calls<Names extends string> = Readonly<Record<Names, Call>>;

/** The one side: how it answers what it is asked. */
export type Answers<Own extends Calls<keyof Own & string>> = {
  readonly [Name in keyof Own]: (input: Own[Name]['input']) => Promise<Own[Name]['output']>;
};

/** The other side: the way to the process that answers. */
export interface Link<Theirs extends Calls<keyof Theirs & string>> {
  /** @throws GatewayError what the other side threw; internal_error where it has ended */
  call<Name extends keyof Theirs>(name: Name, input: Theirs[Name]['input']): Promise<Theirs[Name]['output']>;
}

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

const hasEnded = (): GatewayError => new GatewayError('internal_error', 'the other process has ended.');

const revive = ({ code, message }: { readonly code?: unknown; readonly message?: unknown }): GatewayError =>
  new GatewayError(code as ErrorCode, String(message));

/** Questions and answers over a channel, in both directions. */
export const createLink = <
  Theirs extends Calls<keyof Theirs & string>,
  Own extends Calls<keyof Own & string>,
>(
  channel: Channel,
  answers: Answers<Own>,
): Link<Theirs> => {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let isOver = false;

  const answer = async (id: number, name: string, input: unknown): Promise<void> => {
    try {
      const output = await answers[name as keyof Own](input);
      channel.send({ answers: id, output });
    } catch (thrown) {
      const { code, message } = toGatewayError(thrown);
      channel.send({ answers: id, error: { code, message } });
    }
  };
  const settle = (id: number, error: GatewayError | undefined, output?: unknown): void => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(error);
    else asked?.resolve(output);
  };
  channel.onMessage((message) => {
    if (!isObject(message)) return;
    const { asks, answers: id, name, input, output, error } = message;
    if (typeof asks === 'number' && typeof name === 'string') void answer(asks, name, input);
    if (typeof id === 'number') settle(id, isObject(error) ? revive(error) : undefined, output);
  });
  channel.onEnd(() => {
    isOver = true;
    for (const id of [...waiting.keys()]) settle(id, hasEnded());
  });

  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(hasEnded());
        const id = ++calls;
        waiting.set(id, { resolve, reject });
        channel.send({ asks: id, name, input });
      }),
  };
};
