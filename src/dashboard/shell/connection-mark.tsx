import { connection } from '../state/feed.ts';
import { texts } from '../texts.ts';

/** Whether what the page shows is of this moment. */
export const ConnectionMark = () => (
  <span
    class={`connection ${connection.value}`}
    role="status"
    title={texts.connection.title[connection.value]}
  >
    <i aria-hidden="true" />
    {texts.connection.short[connection.value]}
  </span>
);
