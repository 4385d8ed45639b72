import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { trustGateway } from '../../base/gateway-trust.ts';
import type { TlsFiles } from '../../config/read-tls.ts';
import { describeValidity, loadTlsPair, type TlsPair } from './load-tls-pair.ts';

/** The certificate of the listener, which follows its files. */
export interface KeptTls {
  /** As servers are made with. */
  pair(): TlsPair;
  /** Gives a server each new pair; connections that are open stay as they are. */
  follow(server: Server): void;
  /** Called with each new pair. */
  onChange(listener: (pair: TlsPair) => void): void;
  /** Lets this process trust it at the gateway's own address, for its probes of itself. */
  announceAt(url: string): void;
  /** Looks at the files at once. Never rejects: a broken pair is told and not taken. */
  refresh(): Promise<void>;
  close(): void;
}

export interface KeepTlsDeps {
  /** Told of what is not taken, and why. */
  readonly tell: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 2_000;

/** Programs that renew certificates replace links and files alike: what lies there tells, whichever way it came. */
const stampOf = async (files: TlsFiles): Promise<string> => {
  const stats = await Promise.all(
    [files.certFile, files.keyFile].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  return stats.map((one) => (one ? `${one.dev}:${one.ino}:${one.size}:${one.mtimeNs}` : 'none')).join(' ');
};

/**
 * Reads the pair, and reads it again when its files change. A pair that is broken, or of which one half is written
 * yet, changes nothing: the one before stays, and why is told once.
 * @throws GatewayError invalid_config where the first one cannot be used
 */
export const keepTls = async (
  files: TlsFiles,
  { tell, now, lookEveryMs = LOOK_EVERY_MS }: KeepTlsDeps,
): Promise<KeptTls> => {
  let stamp = await stampOf(files);
  let pair = await loadTlsPair(files);
  let told = '';
  let failed: string | undefined;
  const servers: Server[] = [];
  const listeners: ((pair: TlsPair) => void)[] = [];
  const digestOf = ({ cert, key }: TlsPair): string => hash('sha256', cert + key);
  const validity = describeValidity(pair, now());
  if (validity !== undefined) tell(`${validity} Clients refuse it: put a valid one in its place.`);

  const take = (next: TlsPair): void => {
    pair = next;
    for (const server of servers) {
      if (server instanceof SecureServer) server.setSecureContext({ cert: next.cert, key: next.key });
    }
    for (const listener of listeners) listener(next);
  };
  let last = Promise.resolve();
  const look = async (isAsked: boolean): Promise<void> => {
    const seen = await stampOf(files);
    if (seen === stamp && !isAsked) return;
    // Of a pair whose second half is yet to be written, nothing is said until the next look.
    const isSettled = isAsked || seen === failed;
    stamp = seen;
    try {
      const next = await loadTlsPair(files);
      if (digestOf(next) === digestOf(pair)) return;
      const problem = describeValidity(next, now());
      if (problem !== undefined) throw new Error(problem);
      take(next);
      told = '';
      tell(`The certificate was read again: ${next.leaf.subject ?? ''} valid until ${next.leaf.validTo}.`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed = seen;
      if (!isSettled) stamp = '';
      else if (why !== told) {
        told = why;
        tell(`The new certificate is not used, and the one before stays: ${why}`);
      }
    }
  };
  const refresh = (isAsked: boolean): Promise<void> => {
    last = last.then(() => look(isAsked));
    return last;
  };
  const timer = setInterval(() => void refresh(false), lookEveryMs).unref();

  return {
    pair: () => pair,
    follow: (server) => {
      servers.push(server);
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
    announceAt: (url) => {
      trustGateway(url, pair.certificate);
      listeners.push(({ certificate }) => trustGateway(url, certificate));
    },
    refresh: () => refresh(true),
    close: () => clearInterval(timer),
  };
};
