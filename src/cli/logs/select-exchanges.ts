import { requireUserPath } from '../../base/user-path.ts';
import type { LogFilter, LogQuery } from '../../log/port.ts';
import { parseSince, parseStatuses } from './parse-flags.ts';

export interface SelectFlags {
  readonly status?: string;
  readonly model?: string;
  readonly session?: string;
  readonly key?: string;
  readonly userPath?: string;
  readonly label?: string;
  readonly since?: string;
  readonly errors?: boolean;
}

/**
 * What the flags of `logs` ask for.
 * @throws GatewayError invalid_usage, saying what a flag takes
 */
export const selectExchanges = (flags: SelectFlags, nowMs: number): LogQuery => {
  const filter: LogFilter = {
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.session !== undefined && { session: flags.session }),
    ...(flags.key !== undefined && { key: flags.key }),
    ...(flags.userPath !== undefined && { user_path: requireUserPath(flags.userPath, '--user-path') }),
    ...(flags.label !== undefined && { label: flags.label }),
    ...(flags.errors && { error_type: 'any' }),
  };
  return {
    filter,
    ...(flags.since !== undefined && {
      span: { fromMs: parseSince(flags.since, nowMs), toMs: Number.POSITIVE_INFINITY },
    }),
    ...(flags.status !== undefined && { statuses: parseStatuses(flags.status) }),
  };
};
