import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A port that leads to another one, and whose machine can seem far away. */
export interface SlowAddress {
  readonly port: number;
  /**
   * From now on the system drops who wants to connect, for `ms`. It then answers what the client's system
   * sends again, after a second and then after three.
   */
  stall(ms: number): Promise<void>;
}

const RELAY = `
const net = require('node:net');
const target = Number(process.argv[1]);
const server = net.createServer((from) => {
  const to = net.connect(target, '127.0.0.1');
  for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => other.destroy()).pipe(other);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** Enough to fill a queue of one, whatever the system adds to it. */
const FILLERS = 4;

/**
 * Starts a process that passes connections on to a port of this one. It stalls by being stopped with a full
 * queue of connections, which needs no privilege: a slow network device would.
 */
export const startSlowAddress = async (targetPort: number): Promise<SlowAddress> => {
  const child = spawn(process.execPath, ['-e', RELAY, String(targetPort)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const fillers: Socket[] = [];
  onTestFinished(() => {
    child.kill('SIGKILL');
    for (const filler of fillers) filler.destroy();
  });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  return {
    port,
    stall: async (ms) => {
      child.kill('SIGSTOP');
      for (let index = 0; index < FILLERS; index++) {
        fillers.push(connect(port, '127.0.0.1').on('error', () => {}));
      }
      await Promise.race([once(fillers[0] as Socket, 'connect'), once(fillers[1] as Socket, 'connect')]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      setTimeout(() => child.kill('SIGCONT'), ms);
    },
  };
};
