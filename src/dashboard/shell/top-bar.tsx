import { computed } from '@preact/signals';
import { isManagePage, managePages } from '../manage/manage-pages.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { notifies } from '../state/alerts.ts';
import { access, api } from '../state/api.ts';
import { gateway } from '../state/gateway.ts';
import { addressOf, type Page, page } from '../state/route.ts';
import { nextTheme, theme } from '../state/theme.ts';
import { may, viewer } from '../state/viewer.ts';
import { texts } from '../texts.ts';
import { alertsOpen } from './alerts-dialog.tsx';
import { ConnectionMark } from './connection-mark.tsx';
import { helpOpen } from './help-dialog.tsx';

/** A place that the bar leads to: a page, or the first of those by which the gateway is managed. */
interface Place {
  readonly page: Page;
  readonly label: string;
  readonly icon: IconName;
  readonly isCurrent: boolean;
}

/** What the viewer may see; nothing else is offered. */
const places = computed((): readonly Place[] => {
  const place = (name: Page, icon: IconName): Place => ({
    page: name,
    label: texts.pages[name],
    icon,
    isCurrent: page.value === name,
  });
  const [firstManaged] = managePages.value;
  return [
    place('audit', 'list'),
    place('sessions', 'thread'),
    place('usage', 'chart'),
    ...(firstManaged
      ? [
          {
            page: firstManaged,
            label: texts.manage.label,
            icon: 'key',
            isCurrent: isManagePage(page.value),
          } as const,
        ]
      : []),
    ...(may('auditor') ? [place('connect', 'plug')] : []),
  ];
});
const THEME_ICONS = { system: 'half', light: 'sun', dark: 'moon' } as const;

/** Never rejects: a gateway that is away is shown beside the button, and the session is still there. */
const logOut = async (): Promise<void> => {
  try {
    await api.logOut();
    access.value = 'refused';
  } catch {
    // The mark of the connection says why.
  }
};

export const TopBar = () => (
  <header class="top-bar">
    <a class="brand" href={addressOf('audit')} aria-label={texts.brandLabel}>
      <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
        <rect width="16" height="16" rx="4" />
        <path d="M3.5 5.2h5.2M3.5 10.8h5.2M8 2.9l4.5 5.1L8 13.1" />
      </svg>
      <span>gomodel-ts</span>
    </a>
    <nav aria-label={texts.pagesLabel}>
      {places.value.map(({ page: name, label, icon, isCurrent }) => (
        <a key={label} href={addressOf(name)} aria-current={isCurrent ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{label}</span>
        </a>
      ))}
    </nav>
    <div class="top-actions">
      {gateway.value?.demo && <span class="tag warn">{texts.demo}</span>}
      <ConnectionMark />
      <button
        type="button"
        class={`button quiet square ${notifies.value ? 'pressed' : ''}`}
        title={texts.alerts.open}
        aria-label={texts.alerts.open}
        onClick={() => {
          alertsOpen.value = true;
        }}
      >
        <Icon name="bell" />
      </button>
      <button
        type="button"
        class="button quiet square"
        title={texts.theme[theme.value]}
        aria-label={texts.theme[theme.value]}
        onClick={nextTheme}
      >
        <Icon name={THEME_ICONS[theme.value]} />
      </button>
      <button
        type="button"
        class="button quiet square help-button"
        title={texts.help.title}
        aria-label={texts.help.title}
        onClick={() => {
          helpOpen.value = true;
        }}
      >
        <Icon name="help" />
      </button>
      {viewer.value?.required && (
        <button
          type="button"
          class="button quiet square"
          title={texts.login.out}
          aria-label={texts.login.out}
          onClick={() => void logOut()}
        >
          <Icon name="leave" />
        </button>
      )}
    </div>
  </header>
);
