import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { texts } from '../texts.ts';

export const helpOpen = signal(false);

/** The keys, on `?`. */
export const HelpDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = () => {
    helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" onClose={close}>
      <header>
        <h2 id="help-title">{texts.help.title}</h2>
        <button type="button" class="button quiet square" aria-label={texts.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {texts.help.keys.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="dim">{texts.help.hint}</p>
    </dialog>
  );
};
