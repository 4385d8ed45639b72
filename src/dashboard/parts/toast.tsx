import { signal } from '@preact/signals';

const SHOWN_MS = 1800;

const message = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says for a moment what a key did that nothing else shows. */
export const toast = (text: string): void => {
  message.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    message.value = '';
  }, SHOWN_MS);
};

export const Toast = () => (
  <div class={`toast ${message.value ? 'shown' : ''}`} role="status">
    {message.value}
  </div>
);
