// The page with made-up traffic, to look at while working on it: `npm run dev:dashboard`.
import { startFixtureServer } from './fixture-server.ts';
import { playSession } from './play-live.ts';
import { createRandom } from './random.ts';

const { PORT = '8090', GOMODEL_MASTER_KEY } = process.env;

const server = await startFixtureServer({
  folder: 'dist/dashboard',
  port: Number(PORT),
  ...(GOMODEL_MASTER_KEY ? { masterKey: GOMODEL_MASTER_KEY } : {}),
});
process.stderr.write(`${server.url}/admin/dashboard/audit\n`);

const random = createRandom(Date.now());
const play = async (): Promise<void> => {
  for (;;) await playSession(server, random);
};
await Promise.all([play(), play()]);
