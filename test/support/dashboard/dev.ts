// The page with made-up traffic, to look at while working on it: `npm run dev:dashboard`.

import { startFixtureServer } from './fixture-server.ts';
import { playSession } from './play-live.ts';
import { createRandom } from './random.ts';

const server = await startFixtureServer({
  folder: 'dist/dashboard',
  port: Number(process.env.PORT ?? 8090),
  ...(process.env.KEY ? { masterKey: process.env.KEY } : {}),
});
process.stderr.write(`${server.url}/admin/dashboard/audit\n`);
const random = createRandom(Date.now());
const play = async (): Promise<void> => {
  for (;;) await playSession(server, random);
};
if (process.env.LIVE !== '0') await Promise.all([play(), play()]);
