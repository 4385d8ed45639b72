import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { translateAnswer, translationField } from '../../../src/forward/relay/translate-answer.ts';
import type { UpstreamAnswer } from '../../../src/forward/relay/upstream-answer.ts';
import type { AnswerTranslation, Translation } from '../../../src/translate/translation.ts';

/** Says lines in upper case, each when it is whole; and at the end that it was the end. */
const shout = (): AnswerTranslation => {
  let begun = '';
  return {
    contentType: 'text/loud',
    push: (chunk) => {
      const lines = (begun + Buffer.from(chunk).toString()).split('\n');
      begun = lines.pop() ?? '';
      return Buffer.from(lines.map((line) => `${line.toUpperCase()}\n`).join(''));
    },
    end: () => Buffer.from('THE END\n'),
  };
};

const translationBy = (answer: () => AnswerTranslation, losses: readonly string[] = []): Translation => ({
  path: '/',
  body: Buffer.alloc(0),
  headers: {},
  losses,
  dialect: 'chat',
  answer,
});

const ask = async (answer: (response: ServerResponse) => void): Promise<IncomingMessage> => {
  const server = createServer((_request, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { agent: false });
  const [message] = await once(request, 'response');
  // A reset is told to the request too, after its answer has begun; here the answer's end is what counts.
  request.on('error', () => {});
  return message as IncomingMessage;
};

/** A stream is delivered at once. */
const translated = (message: IncomingMessage, translation: Translation): UpstreamAnswer => {
  const delivered: UpstreamAnswer[] = [];
  translateAnswer(message, translation, undefined, (answer) => delivered.push(answer));
  const [answer] = delivered;
  if (answer === undefined) throw new Error('it was not delivered at once');
  return answer;
};

const textOf = async (answer: UpstreamAnswer): Promise<string> => {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
};

it('gives the translated bytes, the rest at the end, and headers that describe them', async () => {
  const message = await ask((response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '9', 'Request-Id': 'req_1' });
    response.end('one\ntwo\nx');
  });
  const answer = translated(message, translationBy(shout, ['file in a "message"\r\n']));
  expect(answer.headers).toMatchObject({ 'content-type': 'text/loud', 'request-id': 'req_1' });
  expect(answer.headers['x-gomodel-translation']).toBe(`chat; lost="file in a 'message'??"`);
  expect(answer.rawHeaders).toContain('Request-Id');
  expect(answer.rawHeaders.join().toLowerCase()).not.toContain('content-length');
  expect(await textOf(answer)).toBe('ONE\nTWO\nTHE END\n');
  expect(answer).toMatchObject({ statusCode: 200, complete: true });
});

it('says nothing of an end where the provider broke off, and is not complete', async () => {
  const message = await ask((response) => {
    response.write('one\ntwo\n', () => response.socket?.resetAndDestroy());
  });
  const answer = translated(message, translationBy(shout));
  let text = '';
  answer.on('data', (chunk) => {
    text += String(chunk);
  });
  answer.on('error', () => {});
  await once(answer, 'close');
  expect(text).toBe('ONE\nTWO\n');
  expect(answer.complete).toBe(false);
});

it('holds the provider back while its reader does not read', async () => {
  let written = 0;
  const line = Buffer.from(`${'a'.repeat(65_535)}\n`);
  let isHeldBack = (): void => {};
  const heldBack = new Promise<void>((resolve) => {
    isHeldBack = resolve;
  });
  const message = await ask((response) => {
    const write = (): void => {
      while (written < 64 * 2 ** 20) {
        written += line.length;
        if (!response.write(line)) {
          // What lies between may still take some; then nothing more does.
          const timer = setTimeout(isHeldBack, 300);
          response.once('drain', () => {
            clearTimeout(timer);
            write();
          });
          return;
        }
      }
      response.end();
    };
    write();
  });
  const answer = translated(message, translationBy(shout));
  await heldBack;
  expect(written).toBeLessThan(32 * 2 ** 20);
  expect(answer.readableLength).toBeLessThan(4 * 2 ** 20);
  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  expect(length).toBe(64 * 2 ** 20 + 'THE END\n'.length);
});

it('ends the connection to the provider when its reader leaves', async () => {
  let left: Promise<unknown> = Promise.resolve();
  const message = await ask((response) => {
    left = once(response, 'close');
    response.write('one\n');
  });
  const answer = translated(message, translationBy(shout));
  await once(answer, 'data');
  answer.destroy();
  await left;
});

it('ends one answer, and not the process, where a translation fails', async () => {
  const message = await ask((response) => response.end('one\n'));
  const broken = (): AnswerTranslation => ({
    ...shout(),
    push: () => {
      throw new Error('a mistake');
    },
  });
  const answer = translated(message, translationBy(broken));
  answer.resume();
  await expect(once(answer, 'close')).rejects.toThrow('a mistake');
  expect(answer.complete).toBe(false);
});

it('names many and long losses within bounds', () => {
  const losses = Array.from({ length: 5_000 }, (_, index) => `${index} ${'x'.repeat(10_000)}`);
  const field = translationField({ dialect: 'chat', losses });
  expect(field.length).toBeLessThan(4_000);
  expect(field).toContain('and 4970 more');
});

it('names no losses where there are none', () => {
  expect(translationField({ dialect: 'gemini', losses: [] })).toBe('gemini');
});
