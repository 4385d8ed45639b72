import { GatewayError } from '../../base/errors.ts';
import { readInContext } from '../../conversation/read-in-context.ts';
import type { LogReader } from '../../log/port.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { exchangeJson } from '../render/exchange-json.ts';
import { renderExchangeReport } from '../render/report/exchange-report.ts';
import { screenOf } from '../render/tail/screen.ts';
import { writeAll } from '../write-all.ts';

export interface ShowOptions {
  readonly log: Pick<LogReader, 'get' | 'thread'>;
  /** For what is said where there is no such exchange. */
  readonly dataDir: string;
  /** An exchange's id, or an unambiguous beginning of it. */
  readonly id: string;
  readonly json: boolean;
  /** True where nothing is folded. */
  readonly full: boolean;
}

/** Text is read best in lines of this length, however wide the screen; a file has no width of its own. */
const WIDEST_LETTER = 110;
const LETTER_IN_FILE = 100;

/**
 * Shows one exchange whole.
 * @throws GatewayError command_failed where the log holds no such exchange
 */
export const showExchange = async (options: ShowOptions, context: CommandContext): Promise<void> => {
  const { log, dataDir, id, json, full } = options;
  const { stdout, env } = context;
  const detail = await log.get(id);
  if (!detail) {
    throw new GatewayError(
      'command_failed',
      `no exchange in ${dataDir} has the id ${id}. "gomodel-ts logs --json" lists ids; old exchanges are deleted after a while.`,
    );
  }
  const conversation = await readInContext(log, detail);
  if (json) {
    await writeAll(stdout, [`${await exchangeJson(detail, conversation)}\n`]);
    return;
  }
  const { columns } = screenOf(stdout, env);
  const width = Number.isFinite(columns) ? Math.min(columns, WIDEST_LETTER) : LETTER_IN_FILE;
  const lines = renderExchangeReport(detail, conversation, {
    width,
    colour: createColour(stdout, env),
    full,
  });
  await writeAll(
    stdout,
    lines.map((line) => `${line}\n`),
  );
};
