import { Notice } from '../parts/notice.tsx';
import { query } from '../state/route.ts';
import { texts } from '../texts.ts';
import { SessionList } from './session-list.tsx';
import { SessionStory } from './session-story.tsx';

/** Codex's sessions, and one of them as a story. */
export const SessionsPage = () => {
  const session = query.value.get('session') ?? undefined;
  return (
    <div class={`sessions ${session ? 'with-story' : ''}`}>
      <h1 class="hidden-text">{texts.pages.sessions}</h1>
      <SessionList chosen={session} />
      {session ? (
        <SessionStory session={session} at={query.value.get('at') ?? undefined} key={session} />
      ) : (
        <section class="story" aria-label={texts.sessions.storyLabel}>
          <Notice icon="thread" title={texts.sessions.choose}>
            <p>{texts.sessions.chooseHint}</p>
          </Notice>
        </section>
      )}
    </div>
  );
};
