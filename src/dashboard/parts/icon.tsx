/** Line icons of 16 × 16, drawn for this page. */
const PATHS = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM11 11l3.5 3.5',
  close: 'm3.5 3.5 9 9m0-9-9 9',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  up: 'm3.5 10 4.5-4.5 4.5 4.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  right: 'm6 3.5 4.5 4.5L6 12.5',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 3v10l8-5z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  half: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.9.7-.9 1.3M8 11.4v.1',
  leave: 'M6.5 2.5h-4v11h4M6 8h8m-3-3 3 3-3 3',
  download: 'M8 2v8.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1',
  link: 'M6.8 9.2a2.5 2.5 0 0 0 3.6 0l2.3-2.3a2.5 2.5 0 0 0-3.6-3.6l-.7.7M9.2 6.8a2.5 2.5 0 0 0-3.6 0L3.3 9.1a2.5 2.5 0 0 0 3.6 3.6l.7-.7',
  terminal: 'm2.5 4 4 4-4 4M8 12.5h5.5',
  list: 'M2 4h12M2 8h12M2 12h8',
  thread: 'M4 2v12M4 4.5h9M4 8h6M4 11.5h8',
  chart: 'M2 14h12M4 11V8M8 11V3.5M12 11V6',
  key: 'M6.5 9.5a3.5 3.5 0 1 1 3 1.6L8 12.5H6.5V14H3v-2.5l3.6-3.6M10.6 5.4v.1',
  person: 'M8 7.5A2.75 2.75 0 1 0 8 2a2.75 2.75 0 0 0 0 5.5ZM2.5 14a5.5 5.5 0 0 1 11 0',
  bell: 'M4 11V7a4 4 0 0 1 8 0v4l1.5 1.5h-11ZM6.5 14h3',
  columns: 'M2.5 3h11v10h-11ZM8 3v10',
  coins: 'M2 6.5C2 5 4.7 4 8 4s6 1 6 2.5S11.3 9 8 9 2 8 2 6.5ZM2 6.5v3C2 11 4.7 12 8 12s6-1 6-2.5v-3',
  gauge: 'M2.5 12a6.5 6.5 0 1 1 11 0M8 9.5l2.5-3',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2v2.5H5M8 5v3.2l2 1.3',
  again: 'M13.5 8a5.5 5.5 0 1 1-1.8-4.1M13.5 2v2.5H11',
  plug: 'M5.5 2v3.5M10.5 2v3.5M3.5 5.5h9V8a4.5 4.5 0 0 1-9 0ZM8 12.5V15',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={PATHS[name]} />
    {name === 'half' && <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentcolor" stroke="none" />}
  </svg>
);
