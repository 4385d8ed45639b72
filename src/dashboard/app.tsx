import { useSignal, useSignalEffect } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { AuditPage } from './audit/audit-page.tsx';
import { ComparePage } from './compare/compare-page.tsx';
import { ConnectPage } from './connect/connect-page.tsx';
import { BudgetsPage } from './manage/budgets/budgets-page.tsx';
import { ChangesPage } from './manage/changes/changes-page.tsx';
import { FleetPage } from './manage/fleet/fleet-page.tsx';
import { KeysPage } from './manage/keys/keys-page.tsx';
import { ShownKey } from './manage/keys/shown-key.tsx';
import { LimitsPage } from './manage/limits/limits-page.tsx';
import { SignInsPage } from './manage/sign-ins/sign-ins-page.tsx';
import { LoadFailed, Loading } from './parts/notice.tsx';
import { Toast } from './parts/toast.tsx';
import { SessionsPage } from './sessions/sessions-page.tsx';
import { AlertsDialog } from './shell/alerts-dialog.tsx';
import { HelpDialog } from './shell/help-dialog.tsx';
import { LoginPage } from './shell/login-page.tsx';
import { listenToKeys } from './shell/page-keys.ts';
import { TopBar } from './shell/top-bar.tsx';
import { TroubleBar } from './shell/trouble-bar.tsx';
import { titleBadge, watchAlerts } from './state/alerts.ts';
import { access } from './state/api.ts';
import { startFeed, stopFeed } from './state/feed.ts';
import { loadGateway } from './state/gateway.ts';
import { type Page, page } from './state/route.ts';
import { loadViewer } from './state/viewer.ts';
import { texts } from './texts.ts';
import { UsagePage } from './usage/usage-page.tsx';

const CONTENT: Readonly<Record<Page, FunctionComponent>> = {
  audit: AuditPage,
  sessions: SessionsPage,
  usage: UsagePage,
  compare: ComparePage,
  keys: KeysPage,
  budgets: BudgetsPage,
  limits: LimitsPage,
  'admin-log': ChangesPage,
  fleet: FleetPage,
  'sign-ins': SignInsPage,
  connect: ConnectPage,
};

const Shell = () => {
  const Content = CONTENT[page.value];
  return (
    <div class="shell">
      <TopBar />
      <TroubleBar />
      <main class="content">
        <Content />
      </main>
      <HelpDialog />
      <AlertsDialog />
      <Toast />
    </div>
  );
};

export const App = () => {
  const failure = useSignal<Error | undefined>(undefined);
  const ask = async () => {
    failure.value = undefined;
    // Never rejects: what fails is shown.
    try {
      await loadViewer();
    } catch (error) {
      failure.value = error instanceof Error ? error : new Error(String(error));
    }
  };
  useEffect(() => {
    void ask();
    return listenToKeys();
  }, []);
  useSignalEffect(() => {
    document.title = `${titleBadge.value}${texts.pages[page.value]} · gomodel-ts`;
  });
  useSignalEffect(() => {
    if (access.value !== 'granted') return;
    startFeed();
    void loadGateway();
    const stopAlerts = watchAlerts();
    return () => {
      stopAlerts();
      stopFeed();
    };
  });

  return (
    <>
      {failure.value ? (
        <LoadFailed error={failure.value} retry={() => void ask()} />
      ) : access.value === 'unknown' ? (
        <Loading />
      ) : access.value === 'refused' ? (
        <LoginPage />
      ) : (
        <Shell />
      )}
      <ShownKey />
    </>
  );
};
