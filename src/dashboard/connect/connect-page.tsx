import { useEffect } from 'preact/hooks';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import { gateway } from '../state/gateway.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { ClientTable } from './client-table.tsx';
import { ConnectState } from './connect-state.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { Doctor } from './doctor.tsx';
import { GatewayFacts } from './gateway-facts.tsx';

const REFRESH_MS = 2000;

/** Is Codex connected, and what is to be done where it is not. */
export const ConnectPage = () => {
  const { value: codex, error, reload } = useLoad('codex', api.codex);
  const providers = useLoad('providers', api.providers).value;
  useReload(reload, REFRESH_MS, ({ type }) => (type === 'open' || type === 'close' ? 'later' : undefined));
  useEffect(() => {
    // Coming back from the terminal in which the command was run.
    addEventListener('focus', reload);
    return () => removeEventListener('focus', reload);
  }, [reload]);
  return (
    <div class="connect page-scroller" tabIndex={0} role="region" aria-label={texts.pages.connect}>
      <h1 class="hidden-text">{texts.pages.connect}</h1>
      {error && !codex ? (
        <LoadFailed error={error} retry={reload} />
      ) : !codex ? (
        <Loading lines={12} />
      ) : (
        <div class="connect-columns">
          <div>
            <ConnectState codex={codex} />
            <ConnectSteps codex={codex} />
          </div>
          <div>
            <ClientTable clients={codex.clients} />
            {gateway.value?.features.doctor && <Doctor />}
            <GatewayFacts providers={providers ?? []} />
          </div>
        </div>
      )}
    </div>
  );
};
