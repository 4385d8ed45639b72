import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError, api } from '../state/api.ts';
import { BASE, ROOT } from '../state/place.ts';
import { loadViewer, viewer } from '../state/viewer.ts';
import { texts } from '../texts.ts';

const messageOf = (error: unknown): string => {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 429) return texts.login.tooMany(error.retryAfter ?? 60);
  return `${error.message[0]?.toUpperCase()}${error.message.slice(1)}`;
};

/** The way to the identity provider, and back to what the address asks for. */
const signInAddress = (): string => {
  const { pathname, search } = window.location;
  const view = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : '';
  return `${ROOT}/oauth/sign-in?${new URLSearchParams({ view: view + search })}`;
};

/** Asks for a key once; what is kept is a cookie that scripts cannot read. */
export const LoginPage = () => {
  const field = useRef<HTMLInputElement>(null);
  const failure = useSignal('');
  const busy = useSignal(false);
  useEffect(() => field.current?.focus(), []);
  // Never rejects: what fails is shown.
  const logIn = async (event: Event) => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (!key || busy.value) return;
    busy.value = true;
    failure.value = '';
    try {
      await api.logIn(key);
      await loadViewer();
    } catch (error) {
      failure.value = messageOf(error);
      field.current?.select();
    }
    busy.value = false;
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void logIn(event)}>
        <h1>gomodel-ts</h1>
        <p>{texts.login.intro}</p>
        <label for="master-key">{texts.login.label}</label>
        <input
          ref={field}
          id="master-key"
          class="field mono"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          aria-describedby="login-failure"
          aria-invalid={failure.value !== ''}
        />
        <p id="login-failure" class="failure" role="alert">
          {failure.value}
        </p>
        <button type="submit" class="button primary" disabled={busy.value}>
          {busy.value ? texts.login.busy : texts.login.in}
        </button>
        {viewer.value?.sign_in && (
          <a class="button" href={signInAddress()}>
            {texts.login.signIn}
          </a>
        )}
        <p class="dim">{texts.login.hint}</p>
      </form>
    </main>
  );
};
