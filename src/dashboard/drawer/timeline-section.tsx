import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { codingOf, outcomeOf } from '../state/describe-exchange.ts';
import { formatBytes, formatDuration, formatFullMoment } from '../state/format.ts';
import { nowMs } from '../state/now.ts';
import { texts } from '../texts.ts';
import { Attempts, WayFacts } from './way-section.tsx';

interface Phase {
  readonly lane: 'client' | 'gateway' | 'upstream';
  readonly kind: 'whole' | 'own' | 'wait' | 'stream';
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened when, as far as the record tells. */
const phasesOf = (entry: AuditEntry, endMs: number): Phase[] => {
  const own = Math.min(entry.overheadMs ?? 0, endMs);
  const phases: Phase[] = [{ lane: 'client', kind: 'whole', fromMs: 0, toMs: endMs }];
  if (own > 0) phases.push({ lane: 'gateway', kind: 'own', fromMs: 0, toMs: own });
  const reached =
    entry.ttfbMs !== undefined || entry.error?.origin === 'network' || entry.error?.origin === 'upstream';
  const running = outcomeOf(entry).tone === 'running';
  if (reached || running)
    phases.push({ lane: 'upstream', kind: 'wait', fromMs: own, toMs: entry.ttfbMs ?? endMs });
  if (entry.ttfbMs !== undefined)
    phases.push({ lane: 'upstream', kind: 'stream', fromMs: entry.ttfbMs, toMs: endMs });
  return phases;
};

const Lane = ({ lane, phases, endMs }: { lane: Phase['lane']; phases: Phase[]; endMs: number }) => (
  <>
    <span class="lane-name">{texts.timeline.lanes[lane]}</span>
    <span class="lane">
      {phases
        .filter((phase) => phase.lane === lane)
        .map((phase) => (
          <i
            key={phase.kind}
            class={phase.kind}
            title={`${texts.timeline.phases[phase.kind]}: ${formatDuration(phase.toMs - phase.fromMs)}`}
            style={{
              left: `${((phase.fromMs / endMs) * 100).toFixed(2)}%`,
              width: `${(((phase.toMs - phase.fromMs) / endMs) * 100).toFixed(2)}%`,
            }}
          />
        ))}
    </span>
  </>
);

const Step = ({ at, what, note }: { at: string; what: string; note?: string | undefined }) => (
  <li>
    <span class="at">{at}</span>
    <b>{what}</b>
    {note && <span class="dim">{note}</span>}
  </li>
);

const streamNote = ({ response, durationMs = 0, ttfbMs = 0 }: AuditEntry): string | undefined => {
  const { events, bytes } = response;
  if (events === undefined) return bytes === undefined ? undefined : formatBytes(bytes);
  const seconds = (durationMs - ttfbMs) / 1000;
  const rate = seconds > 0.05 ? texts.timeline.rate(Math.round(events / seconds)) : undefined;
  return [texts.events(events), bytes === undefined ? undefined : formatBytes(bytes), rate]
    .filter(Boolean)
    .join(' · ');
};

/** Client, gateway, upstream: who had the request when. */
export const TimelineSection = ({ entry }: { entry: AuditEntry }) => {
  const running = outcomeOf(entry).tone === 'running';
  const endMs = Math.max(
    1,
    entry.durationMs ?? (running ? nowMs.value - Date.parse(entry.startedAt) : (entry.ttfbMs ?? 1)),
  );
  const phases = phasesOf(entry, endMs);
  return (
    <>
      <div class="lanes">
        <Lane lane="client" phases={phases} endMs={endMs} />
        <Lane lane="gateway" phases={phases} endMs={endMs} />
        <Lane lane="upstream" phases={phases} endMs={endMs} />
        <span />
        <span class="lane-scale">
          <span>0</span>
          <span>{formatDuration(endMs / 2)}</span>
          <span>{formatDuration(endMs)}</span>
        </span>
      </div>
      <ol class="steps">
        <Step
          at="0"
          what={texts.timeline.arrived}
          note={`${formatFullMoment(entry.startedAt)} · ${codingOf(entry)}`}
        />
        {entry.overheadMs !== undefined && (
          <Step
            at={formatDuration(entry.overheadMs)}
            what={entry.upstream ? texts.timeline.sentOn(entry.upstream) : texts.timeline.answered}
            note={texts.timeline.own(formatDuration(entry.overheadMs))}
          />
        )}
        {entry.ttfbMs !== undefined && (
          <Step at={formatDuration(entry.ttfbMs)} what={texts.timeline.firstByte} />
        )}
        <Step
          at={running ? '…' : formatDuration(endMs)}
          what={running ? texts.finish.running : texts.timeline.ended(outcomeOf(entry).finish)}
          note={streamNote(entry)}
        />
      </ol>
      {entry.attempts && <Attempts attempts={entry.attempts} />}
      <dl class="facts">
        <WayFacts entry={entry} />
        <div>
          <dt>{texts.timeline.transport}</dt>
          <dd>
            {entry.transport === 'websocket' ? 'WebSocket' : 'HTTP'}
            {entry.stream ? `, ${texts.timeline.streamed}` : ''}
          </dd>
        </div>
        <div>
          <dt>{texts.timeline.auth}</dt>
          <dd>{entry.auth ? (texts.auth[entry.auth] ?? entry.auth) : '–'}</dd>
        </div>
        {(['responseId', 'previousResponseId', 'upstreamRequestId', 'clientRequestId'] as const).map(
          (key) =>
            entry[key] && (
              <div key={key}>
                <dt>{texts.timeline.ids[key]}</dt>
                <dd class="mono">{entry[key]}</dd>
              </div>
            ),
        )}
      </dl>
    </>
  );
};
