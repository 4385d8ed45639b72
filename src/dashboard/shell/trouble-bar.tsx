import { Icon } from '../parts/icon.tsx';
import { connection, startFeed, trouble } from '../state/feed.ts';
import { texts } from '../texts.ts';

/** One line below the top for what concerns every page: no connection, or a log that is not written. */
export const TroubleBar = () => {
  const lost = connection.value === 'lost';
  const message = lost ? texts.connection.lost : trouble.value && texts.trouble(trouble.value);
  return (
    <div class="trouble-place" role="alert">
      {message && (
        <p class={`trouble-bar ${lost ? 'warn' : 'fail'}`}>
          <Icon name="alert" />
          <span>{message}</span>
          {lost && (
            <button type="button" class="link" onClick={startFeed}>
              {texts.connection.now}
            </button>
          )}
        </p>
      )}
    </div>
  );
};
