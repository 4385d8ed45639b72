import { readInContext } from '../../conversation/read-in-context.ts';
import type { LogReader } from '../../log/port.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { renderExchangeReport } from '../render/report/exchange-report.ts';
import type { TailControls } from '../render/tail/tail-controls.ts';
import { openAddress } from './open-address.ts';
import { readKeys } from './read-keys.ts';

export interface TailKeysDeps {
  readonly controls: TailControls;
  readonly log: Pick<LogReader, 'get' | 'thread'>;
  readonly flush: () => Promise<void>;
  /** Where the page is, and where the browser is to be sent to get there. */
  readonly dashboard: { readonly address: string; readonly link: () => string };
  readonly context: CommandContext;
  readonly process: NodeJS.Process;
}

const HELP = [
  '  o  open the dashboard         e  failures only, and back',
  '  p  pause, and go on           l  the last exchange, whole',
  '  c  clear the screen           q  quit (as Ctrl-C)',
];

const MAX_REPORT_WIDTH = 110;

/** Makes the tail an instrument: one key, one deed. */
export const bindTailKeys = (deps: TailKeysDeps): { readonly end: () => void } | undefined => {
  const { controls, log, flush, dashboard, context, process } = deps;
  const colour = createColour(context.stdout, context.env);

  const open = async (): Promise<void> => {
    const isOpen = await openAddress(dashboard.link(), context, process.platform);
    controls.print([isOpen ? `opened ${dashboard.address}` : `the dashboard: ${dashboard.address}`]);
  };
  const showLast = async (): Promise<void> => {
    const { newest } = controls;
    if (!newest) return controls.print([colour.dim('nothing has passed yet')]);
    await flush();
    const detail = await log.get(newest.id);
    if (!detail) return;
    const width = Math.min(controls.columns, MAX_REPORT_WIDTH);
    const style = { width, colour, full: false };
    controls.print(['', ...renderExchangeReport(detail, await readInContext(log, detail), style), '']);
  };
  const failed = (error: unknown): void =>
    controls.print([colour.yellow(error instanceof Error ? error.message : String(error))]);

  const deeds: Readonly<Record<string, () => void>> = {
    o: () => void open().catch(failed),
    e: controls.toggleErrorsOnly,
    p: controls.togglePause,
    l: () => void showLast().catch(failed),
    c: controls.clear,
    q: () => void process.kill(process.pid, 'SIGINT'),
    h: () => controls.print(HELP.map((line) => colour.dim(line))),
    '?': () => controls.print(HELP.map((line) => colour.dim(line))),
  };
  return readKeys({
    stdin: context.stdin,
    onKey: (key) => deeds[key]?.(),
    onResume: controls.redraw,
    process,
  });
};
