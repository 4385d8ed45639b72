import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pin } from './start-process.ts';

/** What the client asks for, in a process of its own. */
export interface StreamLoad {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyFile: string;
  /** At a time. */
  readonly streams: number;
  /** One after another, over each of the connections. */
  readonly times: number;
}

export interface StreamFigures {
  /** Streams that did not come to their last event. */
  readonly broken: number;
  /** From the request to the first event, at the median; null where there was none. */
  readonly firstMs: number | null;
}

/** Asks for streams until all have ended. @param servers folder of the built servers of this benchmark */
export const askStreams = async (servers: string, load: StreamLoad): Promise<StreamFigures> => {
  const command = [process.execPath, join(servers, 'stream-client.mjs'), JSON.stringify(load)];
  const { stdout } = await promisify(execFile)(...pin('load', command));
  return JSON.parse(stdout) as StreamFigures;
};
