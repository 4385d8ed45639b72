import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { contextArguments } from '../../src/cli/codex/find-context-window.ts';

const serve = async (): Promise<{
  readonly gateway: { baseUrl: string; key: string };
  asked: () => number;
}> => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end(
      JSON.stringify({
        data: [
          { id: 'claude', owned_by: 'anthropic', context_window: 200_000 },
          { id: 'dark', owned_by: 'x' },
        ],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { gateway: { baseUrl: `http://127.0.0.1:${port}/v1`, key: 'k' }, asked: () => asked };
};

it.each([
  [
    ['exec', '-m', 'claude', 'hi'],
    ['-c', 'model_context_window=200000'],
  ],
  [['--model=claude'], ['-c', 'model_context_window=200000']],
  [['exec', '--model', 'dark', 'hi'], []],
  [['exec', '--model', 'claude', '-c', 'model_context_window=1000'], []],
])('a run of Codex with %j is told %j of its model', async (args, told) => {
  const { gateway } = await serve();
  expect(await contextArguments(gateway, args)).toEqual(told);
});

it.each([[['exec', 'hi']], [['-m', 'gpt-5.5']], [['-m']]])(
  'a run of Codex with %j costs no question',
  async (args) => {
    const { gateway, asked } = await serve();
    expect(await contextArguments(gateway, args)).toEqual([]);
    expect(asked()).toBe(0);
  },
);

it('a gateway that gives no list is no hindrance', async () => {
  expect(await contextArguments({ baseUrl: 'http://127.0.0.1:1/v1', key: 'k' }, ['-m', 'claude'])).toEqual(
    [],
  );
});
