import { useEffect, useRef } from 'preact/hooks';
import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { choose, query } from '../state/route.ts';
import { texts } from '../texts.ts';
import { BodySection } from './body-section.tsx';
import { DrawerHandle } from './drawer-handle.tsx';
import { DrawerHead } from './drawer-head.tsx';
import { FailureStory } from './failure-story.tsx';
import { HeadersSection } from './headers-section.tsx';
import { readSection, SECTIONS, type Section } from './sections.ts';
import { TimelineSection } from './timeline-section.tsx';
import { TurnSection } from './turn-section.tsx';
import { UsageSection } from './usage-section.tsx';
import { useDetail } from './use-detail.ts';

const SectionContent = ({ section, detail }: { section: Section; detail: AuditDetailAnswer }) => {
  switch (section) {
    case 'turn':
      return <TurnSection entry={detail.entry} next={detail.next} />;
    case 'timeline':
      return <TimelineSection entry={detail.entry} />;
    case 'usage':
      return <UsageSection detail={detail} />;
    case 'request':
    case 'response':
      return <BodySection entry={detail.entry} which={section} key={`${section} ${detail.entry.id}`} />;
    case 'headers':
      return <HeadersSection detail={detail} />;
  }
};

/** One tab is in the order of the Tab key; the arrows go on from it (ARIA's pattern for tabs). */
const Tabs = ({ section }: { section: Section }) => {
  const list = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = SECTIONS[(SECTIONS.indexOf(section) + by + SECTIONS.length) % SECTIONS.length];
    choose({ section: next }, 'replace');
    list.current?.querySelector<HTMLElement>(`[data-section="${next}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={texts.drawer.sectionsLabel} ref={list} onKeyDown={press}>
      {SECTIONS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          data-section={name}
          aria-selected={name === section}
          aria-controls="drawer-section"
          tabIndex={name === section ? 0 : -1}
          onClick={() => choose({ section: name }, 'replace')}
        >
          {texts.drawer.sections[name]}
        </button>
      ))}
    </div>
  );
};

/** Where the drawer had the focus when it was closed, its row has it from then on, and not the top of the page. */
const useFocusBack = (id: string): void => {
  const last = useRef(id);
  last.current = id;
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        const row = document.querySelector<HTMLElement>(`.row[data-id="${CSS.escape(last.current)}"]`);
        row?.focus({ preventScroll: true });
      });
    },
    [],
  );
};

/** One exchange beside the list: what went wrong first, then its sections. */
export const Drawer = ({ id }: { id: string }) => {
  const { value: detail, error, reload } = useDetail(id);
  useFocusBack(id);
  const section = readSection(query.value.get('section'));
  const shown = detail?.entry.id === id ? detail : undefined;
  return (
    <aside class="drawer" aria-label={texts.drawer.label}>
      <DrawerHandle />
      <DrawerHead id={id} detail={shown} />
      {error ? (
        <LoadFailed error={error} retry={reload} />
      ) : !shown ? (
        <Loading lines={12} />
      ) : (
        <div key={id} class="drawer-scroller" tabIndex={0} role="region" aria-label={texts.drawer.label}>
          <FailureStory detail={shown} />
          <Tabs section={section} />
          <div
            id="drawer-section"
            class={`section ${section}`}
            role="tabpanel"
            aria-labelledby={`tab-${section}`}
          >
            <SectionContent section={section} detail={shown} />
          </div>
        </div>
      )}
    </aside>
  );
};
