import cluster from 'node:cluster';
import process from 'node:process';
import { Command, Option } from 'commander';
import { inspectCodex } from '../../admin/answers/inspect-codex.ts';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { findCodexHome } from '../../codex/run/codex-home.ts';
import { readSignInFile } from '../../codex/run/read-sign-in-file.ts';
import {
  canAskDefault,
  type GatewayConfig,
  type LoadConfigSources,
  loadConfig,
} from '../../config/load-config.ts';
import { describeTelemetry } from '../../config/read-telemetry.ts';
import { compose } from '../../server/compose.ts';
import type { ServingGateway } from '../../server/gateway.ts';
import { findUnprotected } from '../../state/private-files.ts';
import type { CommandContext } from '../context.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION, readSources } from '../read-config.ts';
import { createBanner } from '../render/banner.ts';
import { createColour } from '../render/colour.ts';
import { createQuotaWatch } from '../render/quota-notice.ts';
import { announceInstance, findInstanceOnPort } from '../running-instances.ts';
import { reloadOnSignal } from '../serve/reload-on-signal.ts';
import { startTail } from '../serve/start-tail.ts';
import { tuneEngine } from '../tune-engine.ts';
import { exitCodeOf, untilSignal } from '../until-signal.ts';
import { readVersion } from '../version.ts';

interface ServeFlags extends ConfigFlags {
  readonly demo?: true | string;
  readonly tail: boolean;
  readonly json?: true;
  readonly quiet?: true;
}

/** How long running answers may go on after the first signal. */
const GRACE_MS = 10_000;

const EXAMPLES = `
Examples:
  $ OPENAI_API_KEY=sk-… npx gomodel-ts serve       the gateway on http://localhost:8080/v1
  $ npx gomodel-ts serve --demo                    without a key: a built-in upstream answers
  $ npx gomodel-ts serve --json | jq .usage        every exchange as one line of JSON
  $ GOMODEL_MASTER_KEY=… npx gomodel-ts serve --host 0.0.0.0
`;

const start = async (
  sources: LoadConfigSources,
  config: GatewayConfig,
  demo: boolean,
  context: CommandContext,
): Promise<ServingGateway> => {
  const codexHome = findCodexHome(context);
  const options = { version: readVersion(), demo, ...(codexHome !== undefined && { codexHome }) };
  try {
    if (config.workers === 1) return await compose(config, options);
    const { startWorkers } = await import('../../server/workers/start-workers.ts');
    return await startWorkers(sources, config, options);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'port_in_use') throw error;
    const occupant = await findInstanceOnPort(config.dataDir, config.port);
    const who = occupant
      ? `It is gomodel-ts ${occupant.version} itself: ${occupant.url}, pid ${occupant.pid}. Use that one, or end it with \`kill ${occupant.pid}\`.`
      : 'Choose another with --port, or stop what uses it.';
    throw new GatewayError('port_in_use', `${error.message} ${who}`, { cause: error });
  }
};

/** How Codex stands to this gateway, by its files alone: whether they name it, and how Codex is signed in. */
const findCodexState = async (
  gateway: ServingGateway,
  { dataDir, masterKey }: GatewayConfig,
  context: CommandContext,
) => {
  const codexHome = findCodexHome(context);
  if (codexHome === undefined) return { isCodexConnected: undefined, signIn: 'none' } as const;
  const isGuarded = masterKey !== undefined;
  const { state } = await inspectCodex({ codexHome, dataDir, url: gateway.url, isGuarded });
  const signIn = (await readSignInFile(codexHome)) ?? 'none';
  return { isCodexConnected: state === 'connected', signIn };
};

const announce = async (
  gateway: ServingGateway,
  config: GatewayConfig,
  demo: boolean,
  context: CommandContext,
): Promise<void> => {
  const { stderr, env } = context;
  const codex = await findCodexState(gateway, config, context);
  stderr.write(
    createBanner(
      {
        version: readVersion(),
        url: gateway.url,
        upstreamHost: demo ? undefined : gateway.upstream.baseUrl.host,
        keyOrigin: config.upstream.apiKeyOrigin,
        keyVariable: gateway.upstream.keyVariable,
        isKeyNeeded: !canAskDefault(config),
        otherProviders: demo
          ? []
          : config.providers.map(({ id }) => id).filter((id) => id !== config.defaultProvider),
        workers: config.workers,
        dataDir: config.dataDir,
        isGuarded: config.masterKey !== undefined,
        ...codex,
        passesSignInOn: config.chatgpt.login === 'passthrough',
        telemetry: describeTelemetry(config.telemetry),
        notices: config.notices,
      },
      createColour(stderr, env),
    ),
  );
};

const serve = async (flags: ServeFlags, context: CommandContext): Promise<void> => {
  const { stdout } = context;
  tuneEngine();
  if (cluster.isWorker) {
    const { serveAsWorker } = await import('../serve-as-worker.ts');
    return serveAsWorker();
  }
  const sources = await readSources(flags, context);
  const config = loadConfig(sources);
  const demo = flags.demo === 'auto' ? !canAskDefault(config) : flags.demo !== undefined;
  const gateway = await start(sources, config, demo, context);
  const notices: { tell: (text: string) => void } = { tell: () => {} };
  const reload = reloadOnSignal({
    gateway,
    dataDir: config.dataDir,
    readSources: () => readSources(flags, context),
    notice: (text) => notices.tell(text),
  });
  const stopped = untilSignal(reload);
  if (!flags.quiet) await announce(gateway, config, demo, context);
  const hasTail = flags.tail && !(flags.quiet && !flags.json);
  const { dataDir } = config;
  const watching = hasTail
    ? startTail(gateway, {
        json: flags.json === true,
        cacheLossUsd: config.cacheLossUsd,
        ...{ dataDir, context, process },
      })
    : undefined;
  const tail = watching?.tail;
  const tell = (text: string): void => {
    if (tail) tail.notice(text);
    else if (!flags.quiet) context.stderr.write(`${text}\n`);
  };
  gateway.onNotice(tell);
  notices.tell = tell;
  void gateway.recorder.recovered.then(({ length }) => {
    const requests = `${length} ${length === 1 ? 'request was' : 'requests were'}`;
    if (length > 0)
      tail?.notice(`${requests} under way when an earlier gateway was killed: npx gomodel-ts logs --errors`);
  });
  if (config.updateCheck) {
    const { findUpdate } = await import('../serve/find-update.ts');
    const { platform } = process;
    const wish = { current: readVersion(), env: context.env, folder: dataDir, platform };
    void findUpdate(wish).then((found) => found !== undefined && tell(found));
  }
  const watchQuota = createQuotaWatch();
  gateway.recorder.subscribe(({ type, record }) => {
    const moved = type === 'close' ? watchQuota(record) : undefined;
    if (moved) tail?.notice(moved);
  });
  const startedAt = new Date(systemClock.now()).toISOString();
  const enter = (): Promise<() => Promise<void>> =>
    announceInstance(
      config.dataDir,
      {
        ...{ url: gateway.url, instance: gateway.instance, version: readVersion(), startedAt },
        ...(gateway.tls && { certificate: gateway.tls.pair().certificate }),
      },
      (message) => tail?.notice(message),
    );
  const leave = await enter();
  // What is announced is how this machine's own commands know the gateway.
  gateway.tls?.onChange(() => void enter());
  const unprotected = findUnprotected();
  if (unprotected !== undefined) {
    tail?.notice(
      `${unprotected} has no file permissions: other users of this machine may read the log. Choose a folder on another disk with --data-dir.`,
    );
  }
  const signal = await stopped;
  watching?.endKeys();
  await leave();
  if (gateway.recorder.active.size > 0 && !flags.quiet) {
    const seconds = GRACE_MS / 1000;
    tail?.notice(
      `Stopping: answers in progress have ${seconds} s to finish; press Ctrl-C again to stop now.`,
    );
  }
  await gateway.close(GRACE_MS);
  await tail?.stop();
  process.exitCode = exitCodeOf(signal);
  // A terminal that takes nothing would keep the process alive for as long as something waits for it.
  if (stdout.writableLength > 0) process.exit();
};

/** `gomodel-ts serve`. */
export const serveCommand = (context: CommandContext): Command =>
  new Command('serve')
    .summary('start the gateway with a live audit tail')
    .description('Starts the gateway and shows every exchange as it ends.')
    .option('-p, --port <port>', 'port to listen on; 0 for any free one (PORT, default 8080)')
    .option('--host <host>', 'address to bind (HOST, default loopback, IPv4 and IPv6)')
    .option('--workers <count>', 'processes that serve requests, 1 to 64 (GOMODEL_WORKERS, default 1)')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .addOption(
      new Option(
        '--demo [when]',
        'answer from a built-in upstream; "auto": only if no provider key is set',
      ).choices(['auto', 'always']),
    )
    .option('--no-tail', 'do not show exchanges')
    .option('--json', 'show exchanges as NDJSON on standard output')
    .option('-q, --quiet', 'print nothing (with --json: only records)')
    .addHelpText('after', EXAMPLES)
    .action((flags: ServeFlags) => serve(flags, context));
