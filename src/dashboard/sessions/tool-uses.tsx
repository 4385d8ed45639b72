import { isDenied, sumToolUses } from '../../admin/answers/turns/tool-uses.ts';
import type { ClientToolUse } from '../../admin/api-types/turns.ts';
import { formatDuration, formatFullMoment } from '../state/format.ts';
import { texts } from '../texts.ts';
import { visibleText } from '../turn/visible-text.ts';

/** What the client told of the tools of a turn, in a few words. */
export const ToolUseRemarks = ({ uses }: { uses: readonly ClientToolUse[] }) => {
  const { asked, denied, failed } = sumToolUses(uses);
  return (
    <>
      {asked > 0 && <span>{texts.tools.asked(asked)}</span>}
      {denied > 0 && <span class="warn-text">{texts.tools.denied(denied)}</span>}
      {failed > 0 && <span class="fail-text">{texts.tools.failed(failed)}</span>}
    </>
  );
};

const Use = ({ use }: { use: ClientToolUse }) => {
  const { at, tool, decision, decided_by: by, success, duration_ms: ms } = use;
  return (
    <li title={formatFullMoment(at)}>
      <b class="mono">{visibleText(tool)}</b>
      {decision !== undefined && (
        <span class={isDenied(use) ? 'warn-text' : ''}>
          {texts.tools.decision(visibleText(decision), by === undefined ? undefined : visibleText(by))}
        </span>
      )}
      {success !== undefined && (
        <span class={success ? '' : 'fail-text'}>
          {texts.tools.ran(success, ms === undefined ? undefined : formatDuration(ms))}
        </span>
      )}
    </li>
  );
};

/** What the client told of each tool: who allowed it, and how it ended. */
export const ToolUses = ({ uses }: { uses: readonly ClientToolUse[] }) => (
  <ul class="tool-uses" aria-label={texts.tools.label}>
    {uses.map((use, place) => (
      <Use key={place} use={use} />
    ))}
  </ul>
);
