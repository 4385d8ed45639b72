import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { SwitchField, TextField } from '../form/fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { canNotify, lossSum, notifies, setLossSum, toggleNotifications } from '../state/alerts.ts';
import { formatCost } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { texts } from '../texts.ts';

export const alertsOpen = signal(false);

const { alerts } = texts;

/** `5`, `0.25`, `.25`: bounded, so that looking for the digits takes no time. */
const AMOUNT = /^(?:\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})$/;

/** From which sum on a lost cache is told of, in this browser. */
const SumField = () => {
  const [text, setText] = useState(String(lossSum.value));
  const isAmount = AMOUNT.test(text.trim());
  const change = (typed: string): void => {
    setText(typed);
    if (AMOUNT.test(typed.trim())) setLossSum(Number(typed));
  };
  return (
    <TextField
      label={alerts.sum}
      hint={alerts.sumHint(formatCost(gateway.value?.cache_loss_notice ?? 0))}
      problem={isAmount ? undefined : alerts.sumProblem}
      value={text}
      numeric
      onInput={change}
    />
  );
};

/** What is told of while nobody looks, and how. */
export const AlertsDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null);
  const [refused, setRefused] = useState(false);
  const open = alertsOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = () => {
    alertsOpen.value = false;
  };
  /** Never rejects: a refusal is said. */
  const toggle = async (): Promise<void> => setRefused(!(await toggleNotifications()));
  return (
    <dialog ref={dialog} class="dialog form-dialog" aria-labelledby="alerts-title" onClose={close}>
      <header>
        <h2 id="alerts-title">{alerts.open}</h2>
        <button type="button" class="button quiet square" aria-label={texts.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p>{alerts.what}</p>
      {open && (
        <div class="form-fields">
          {canNotify ? (
            <SwitchField label={alerts.notify} checked={notifies.value} onChange={() => void toggle()} />
          ) : (
            <p class="dim">{alerts.cannot}</p>
          )}
          {refused && (
            <p class="form-failure" role="alert">
              {alerts.refused}
            </p>
          )}
          <SumField />
        </div>
      )}
    </dialog>
  );
};
