import type { ScriptCall } from '../../conversation/item.ts';
import { describeEnding } from '../../conversation/script/describe-ending.ts';
import { FoldLines } from '../parts/fold-lines.tsx';
import { Icon } from '../parts/icon.tsx';
import { formatDuration } from '../state/format.ts';
import { texts } from '../texts.ts';
import { PatchDiff } from './patch-diff.tsx';
import { type Called, type ReadCall, readCall } from './read-call.ts';
import { visibleText } from './visible-text.ts';

const STATUSES = ['completed', 'in_progress', 'pending'];

const Plan = ({ call }: { call: Extract<ReadCall, { kind: 'plan' }> }) => (
  <>
    {call.why && <p>{visibleText(call.why)}</p>}
    <ol class="plan">
      {call.steps.map(({ step, status }) => (
        <li key={step} class={STATUSES.find((known) => known === status) ?? ''}>
          <i aria-hidden="true">{status === 'completed' && <Icon name="check" />}</i>
          {visibleText(step)}
          <span class="hidden-text">{texts.turn.planStatus[status] ?? status}</span>
        </li>
      ))}
    </ol>
  </>
);

/** How a call of a script has ended, as far as the output of the script says. */
const Ended = ({ call }: { call: ScriptCall }) => {
  const ending = describeEnding(call);
  if (!ending) return null;
  const { seconds } = ending;
  const duration = seconds === undefined ? '' : ` · ${formatDuration(seconds * 1000)}`;
  return (
    <span class={`script-tool ${ending.isFailure ? 'fail-text' : ''}`} title={ending.why}>
      {ending.text}
      {duration}
    </span>
  );
};

/** The tools that a script calls, one below the other, and the script itself folded. */
const Script = ({ calls, source }: { calls: readonly ScriptCall[]; source: string }) => (
  <>
    <ol class="script-calls">
      {calls.map((call, place) => (
        <li key={place}>
          <span class="script-tool mono">{visibleText(call.name)}</span> <Ended call={call} />
          <CallContent call={readCall(call)} />
        </li>
      ))}
    </ol>
    <details class="script-source">
      <summary class="dim">{texts.turn.script}</summary>
      <pre class="mono">{visibleText(source)}</pre>
    </details>
  </>
);

const CallContent = ({ call }: { call: ReadCall }) => {
  switch (call.kind) {
    case 'shell':
      return (
        <>
          <FoldLines class="command" text={`$ ${visibleText(call.command)}`} />
          {call.folder && <span class="folder dim mono">{visibleText(call.folder)}</span>}
        </>
      );
    case 'patch':
      return <PatchDiff files={call.files} source={call.source} />;
    case 'plan':
      return <Plan call={call} />;
    case 'fields':
      return (
        <dl class="fields">
          {call.fields.map(([name, value]) => (
            <div key={name}>
              <dt class="mono">{visibleText(name)}</dt>
              <dd>
                <FoldLines text={visibleText(value)} />
              </dd>
            </div>
          ))}
        </dl>
      );
    case 'script':
      return <Script calls={call.calls} source={call.source} />;
    case 'text':
      return call.text ? <FoldLines text={visibleText(call.text)} /> : null;
  }
};

/** What a tool was called with. */
export const CallView = ({ called }: { called: Called }) => <CallContent call={readCall(called)} />;
