import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from '../admin/create-admin.ts';
import type { GatewayConfig, LoadConfigSources } from '../config/load-config.ts';
import type { TranslateInto } from '../forward/send/prepare-request.ts';
import type { Ended } from '../guard/people/people.ts';
import type { ExchangeWatch, Recorder } from '../log/capture/recorder.ts';
import type { Vitals } from '../metrics/vitals.ts';
import type { Placements } from '../providers/balance/placement.ts';
import type { Holders } from '../providers/holders/holders.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { Counted } from './compose/compose-spending.ts';
import type { Timeouts } from './listening/timeouts.ts';
import type { Reloaded } from './reload-config.ts';
import type { KeptTls } from './tls/keep-tls.ts';
import type { Bounded } from './workers/protocol.ts';
import type { Share } from './workers/share.ts';

export interface ComposeOptions {
  readonly version: string;
  /** True: a built-in upstream answers instead of the provider. */
  readonly demo: boolean;
  /** Codex's own folder, for the page that shows whether Codex is connected. */
  readonly codexHome?: string;
  /** Another one, for tests. */
  readonly translateInto?: TranslateInto;
  /** Other ones, for tests. */
  readonly timeouts?: Partial<Timeouts>;
  /** What bridged WebSocket conversations may take in memory, all together. */
  readonly historyBytes?: number;
  /** Set in one of several processes that share the traffic. */
  readonly part?: WorkerPart;
}

/** What a process that serves traffic beside others has from the one that keeps them. */
interface WorkerPart extends Counted {
  /** How many they are: each has its part of what is bounded. */
  readonly workers: number;
  /** Where the demo answers, which they share. */
  readonly demoUrl: URL | undefined;
  readonly via: string;
  /** What people may do no longer when it starts. */
  readonly ends: readonly Ended[];
  readonly sealingSecret: Buffer;
  /** Of the tickets for the page's own requests. */
  readonly ticketSecret: Buffer;
  /** Of the log they write together; never rejects. */
  readonly makeRoom: () => Promise<void>;
  /** Answers what is asked of the gateway as a whole: `/admin`, `/readyz`. */
  readonly passOn: (request: IncomingMessage, response: ServerResponse) => void;
  /** Items that an earlier answer of another worker leads to, as `Gateway.findEarlier` gives them. */
  readonly findEarlier: (responseId: string) => Promise<Buffer | undefined>;
  /** Where sessions are counted that go to one of several targets. */
  readonly placements: Placements;
  /** Who holds what was stored through any of them. */
  readonly holders: Holders;
  /** This worker's share of a limit that all workers have in common. @param used how much of it is in use here */
  readonly shareOf: (of: Bounded, used: () => number) => Share;
}

/** A gateway that listens, in one process or several. */
export interface ServingGateway {
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  readonly port: number;
  /** The certificate that it listens with; absent: plain HTTP. */
  readonly tls: KeptTls | undefined;
  /** What tells it from other gateways that have had its port. */
  readonly instance: string;
  readonly upstream: Upstream;
  readonly recorder: ExchangeWatch;
  /** Absent in one of several processes: the one that keeps them has it. */
  readonly insight: Admin['insight'] | undefined;
  /**
   * Serves what begins from now on by another configuration; what runs ends on the one that it began on.
   * @throws GatewayError where it cannot be taken over; then nothing changes
   */
  reload(next: GatewayConfig, sources: LoadConfigSources): Promise<Reloaded>;
  /** Tells of what whoever runs it should know, such as a database that is away. */
  onNotice(listener: (text: string) => void): void;
  /**
   * Stops: no new requests, running answers may end within `graceMs`, then they are cut off as
   * `shutting_down`; everything is written when this resolves.
   */
  close(graceMs: number): Promise<void>;
}

/** One process of it, with all that serves requests. */
export interface Gateway extends ServingGateway {
  readonly recorder: Recorder;
  /**
   * The items that an answer of a translated model leads to, for another process to go on from.
   * @param id of the answer, or of one of its items
   */
  findEarlier(id: string): Buffer | undefined;
  /** Takes over what another process has ended. */
  end(ended: Ended): void;
  /** How this process is, for the metrics. */
  vitals(): Vitals;
}
