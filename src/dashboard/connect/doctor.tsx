import { useState } from 'preact/hooks';
import type { DoctorAnswer, DoctorStep } from '../../admin/api-types/codex.ts';
import { Icon } from '../parts/icon.tsx';
import { api } from '../state/api.ts';
import { formatDuration } from '../state/format.ts';
import { texts } from '../texts.ts';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly answer: DoctorAnswer }
  | { readonly kind: 'failed'; readonly message: string };

const ICONS = { ok: 'check', warning: 'alert', failed: 'close', skipped: 'right' } as const;

const Step = ({ step }: { step: DoctorStep }) => (
  <li class={step.state}>
    <Icon name={ICONS[step.state]} />
    <div>
      <b>{step.name}</b> <span class="dim">{step.message}</span>
      {step.remedy && <p>{step.remedy}</p>}
    </div>
    <span class="dim">{step.ms === undefined ? '' : formatDuration(step.ms)}</span>
    <span class="hidden-text">{texts.doctor.states[step.state]}</span>
  </li>
);

const hasFailed = ({ steps }: DoctorAnswer): boolean => steps.some(({ state }) => state === 'failed');

const verdictOf = (answer: DoctorAnswer): string => {
  if (hasFailed(answer)) return texts.doctor.failed;
  return answer.ok ? texts.doctor.fine : texts.doctor.untried;
};

/** The round trip of `gomodel-ts doctor`, as a button. */
export const Doctor = () => {
  const [state, setState] = useState<State>({ kind: 'idle' });
  // Never rejects: what fails is shown.
  const run = async () => {
    setState({ kind: 'running' });
    try {
      setState({ kind: 'done', answer: await api.doctor() });
    } catch (error) {
      setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <section class="panel padded doctor" aria-label={texts.doctor.title}>
      <h2 class="panel-title">
        {texts.doctor.title}
        <button type="button" class="button" disabled={state.kind === 'running'} onClick={() => void run()}>
          {state.kind === 'running' ? texts.doctor.running : texts.doctor.run}
        </button>
      </h2>
      <p class="dim">{texts.doctor.hint}</p>
      <div role="status">
        {state.kind === 'failed' && <p class="fail-text">{state.message}</p>}
        {state.kind === 'done' && (
          <>
            <ol>
              {state.answer.steps.map((step) => (
                <Step key={step.name} step={step} />
              ))}
            </ol>
            <p class={hasFailed(state.answer) ? 'fail-text' : ''}>
              {verdictOf(state.answer)} <span class="dim">{formatDuration(state.answer.duration_ms)}</span>
            </p>
          </>
        )}
      </div>
    </section>
  );
};
