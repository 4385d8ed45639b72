import type { ComponentChildren } from 'preact';
import { ApiError } from '../state/api.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icon.tsx';

interface NoticeProps {
  icon?: IconName;
  tone?: 'calm' | 'fail';
  title: string;
  children?: ComponentChildren;
}

/** What stands in place of content: nothing there yet, or a failure and what to do about it. */
export const Notice = ({ icon, tone = 'calm', title, children }: NoticeProps) => (
  <div class={`notice ${tone}`} role={tone === 'fail' ? 'alert' : 'status'}>
    {icon && <Icon name={icon} />}
    <h2>{title}</h2>
    {children}
  </div>
);

/** A question that failed, with a way to ask again. */
export const LoadFailed = ({ error, retry }: { error: Error; retry: () => void }) => (
  <Notice tone="fail" icon="alert" title={texts.errors.title}>
    <p>{error.message}</p>
    {error instanceof ApiError && error.status === 0 && <p class="dim">{texts.errors.unreachableHint}</p>}
    <button type="button" class="button" onClick={retry}>
      {texts.errors.retry}
    </button>
  </Notice>
);

/** Grey lines where text will be; announced once. */
export const Loading = ({ lines = 6 }: { lines?: number }) => (
  <div class="loading" role="status" aria-label={texts.loading}>
    {Array.from({ length: lines }, (_, line) => (
      <i key={line} />
    ))}
  </div>
);
