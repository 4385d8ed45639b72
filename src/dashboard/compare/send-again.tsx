import { useEffect, useState } from 'preact/hooks';
import type { SendAgainAnswer } from '../../admin/api-types/again.ts';
import { TextField } from '../form/fields.tsx';
import { FormDialog } from '../form/form-dialog.tsx';
import { problemOf, useSubmit } from '../form/use-submit.ts';
import { api } from '../state/api.ts';
import { formatCost, formatCount } from '../state/format.ts';
import { addressOf, goTo } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';

/** Typing is not asked about letter by letter. */
const PAUSE_MS = 250;

/** A value once it has stood still for a while. */
const useSettled = (value: string): string => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
};

/** What pressing the button does, and what that costs. */
const describe = ({ estimate, left_out: leftOut }: SendAgainAnswer): readonly string[] => {
  const { again } = texts;
  if (!estimate) return [again.choose];
  const { model, provider, input_tokens: input, output_tokens: output, basis, cost_usd: cost } = estimate;
  return [
    again.sends(model, provider),
    cost === null
      ? again.costUnknown(formatCount(input), formatCount(output))
      : again.costs(formatCost(cost), formatCount(input), formatCount(output)),
    ...(basis === 'size' ? [again.bySize] : []),
    ...(leftOut.length > 0 ? [again.leftOut(leftOut.join(', '))] : []),
    again.noTools,
  ];
};

/** Sends a recorded request to another model, once its cost was said; the comparison shows both. */
export const SendAgain = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const [model, setModel] = useState('');
  const asked = useSettled(model.trim());
  const { value: plan, error } = useLoad(`${id} ${asked}`, (signal) => api.planAgain(id, asked, signal));
  const { again } = texts;
  const submission = useSubmit(async () => {
    const { id: sent } = await api.sendAgain(id, model.trim());
    onClose();
    goTo(addressOf('compare', { left: id, right: sent }));
  });
  const estimate = plan?.estimate?.model === model.trim() ? plan.estimate : undefined;
  const cost = estimate?.cost_usd;
  return (
    <FormDialog
      title={again.title}
      submitLabel={typeof cost === 'number' ? again.sendFor(formatCost(cost)) : again.send}
      submission={submission}
      willDo={plan ? describe(plan) : []}
      warnings={error ? [error.message] : []}
      knownParams={['model']}
      canSubmit={estimate !== undefined}
      onClose={onClose}
    >
      <TextField
        label={again.model}
        hint={plan?.model ? again.modelThen(plan.model) : again.modelHint}
        problem={problemOf(submission, 'model')}
        value={model}
        required
        options={plan?.models ?? []}
        onInput={setModel}
      />
    </FormDialog>
  );
};
