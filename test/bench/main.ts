import { parseArgs } from 'node:util';
import { measureBudgets } from './measure-budgets.ts';
import { measureLog } from './measure-log.ts';
import { measurePage } from './measure-page.ts';
import { measureSink } from './measure-sink.ts';
import { measureStreams } from './measure-streams.ts';
import { measureTeamLog } from './measure-team-log.ts';
import { measureTranslation } from './measure-translation.ts';
import { measureWebSocket } from './measure-websocket.ts';
import { renderStreams, renderTable } from './render-table.ts';
import { runBench } from './run-bench.ts';

const WEBSOCKET_ROUNDS = 11;
const PAGE_ROUNDS = 9;
const STREAM_ROUNDS = 3;
const SINK_RATE = 1_000;
const SINK_SECONDS = 60;

const USAGE = `npm run bench -- [--quick] [--json] [--no-rivals] | --streams | --websocket | --log | --page |
                 --translation | --budgets | --postgres [--exchanges N] [--only TEXT] | --sink

Compares gomodel-ts with a bare node:http proxy, nginx as the near limit, Express + http-proxy-middleware
in a few lines, Portkey and opencodex: load, start, memory, streams and the size of an installation. --quick
takes five minutes, else it is twenty-five. The machine should do nothing else meanwhile. --streams measures
streams alone, in more rounds: the wait for the first event, and processor, memory and event-loop delay with
500 at once; it takes --quick, --json and --no-rivals as well. --websocket measures what the gateway adds to an
event over WebSocket, relayed and bridged, and what an idle connection costs in memory, in two minutes. --log
measures what the page's questions to a log of 100,000 exchanges take. --page has Chromium watch 200 exchanges
a second for a minute, and measures what that costs the page and the gateway, in six minutes. --translation
measures what it costs to put a request, and each event of its answer, into another API. --budgets measures
what 1,000 keys and 10,000 budgets cost a request, beside a gateway that has neither, in half a minute. --postgres
fills a year of a team's log in a PostgreSQL of its own with 1,000,000 exchanges, which takes ten minutes, and measures
what the page's questions take; BENCH_POSTGRES_URL names a database that it fills once and finds again.
--sink feeds a gateway's journal with 1,000 exchanges a second for a minute, alone and copied into a PostgreSQL of its own.
Best with wrk, nginx
and taskset; says so where they are missing. BENCH_RIVALS=name=command,name=command has other gateways take
part: each command of the shell listens on $PORT and asks $UPSTREAM; a name that ends in +zstd is sent zstd.
`;

/** @param servers folder of the built servers; @param root the project's folder */
export const main = async (servers: string, root: string): Promise<void> => {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rivals: { type: 'boolean', default: true },
      streams: { type: 'boolean', default: false },
      websocket: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      translation: { type: 'boolean', default: false },
      budgets: { type: 'boolean', default: false },
      postgres: { type: 'boolean', default: false },
      exchanges: { type: 'string', default: '1000000' },
      only: { type: 'string', default: '' },
      sink: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.websocket) {
    for (const mode of ['relay', 'bridge'] as const) {
      const figures = await measureWebSocket(mode, { servers, root, rounds: WEBSOCKET_ROUNDS });
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
    return;
  }
  if (values.log) {
    for (const figure of await measureLog()) process.stdout.write(`${JSON.stringify(figure)}\n`);
    return;
  }
  if (values.page) {
    const figures = await measurePage({ servers, root, rounds: PAGE_ROUNDS });
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  if (values.translation) {
    for (const figures of measureTranslation()) process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  if (values.budgets) {
    for (const figures of await measureBudgets()) process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  const tell = (message: string): void => void process.stderr.write(`… ${message}\n`);
  if (values.postgres) {
    const url = process.env.BENCH_POSTGRES_URL;
    const { only } = values;
    for await (const figure of measureTeamLog({ exchanges: Number(values.exchanges), url, only, tell })) {
      process.stdout.write(`${JSON.stringify(figure)}\n`);
    }
    return;
  }
  if (values.sink) {
    const seconds = values.quick ? 10 : SINK_SECONDS;
    for await (const figures of measureSink({ perSecond: SINK_RATE, seconds, tell })) {
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
    return;
  }
  const { quick, rivals } = values;
  if (values.streams) {
    const rounds = quick ? 1 : STREAM_ROUNDS;
    const outcome = await measureStreams({ rounds, rivals, servers, root, tell });
    process.stdout.write(`${values.json ? JSON.stringify(outcome, null, 2) : renderStreams(outcome)}\n`);
    return;
  }
  const outcome = await runBench({ quick, rivals, servers, root, tell });
  process.stdout.write(`${values.json ? JSON.stringify(outcome, null, 2) : renderTable(outcome)}\n`);
};
