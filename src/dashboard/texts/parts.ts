// Words of what several pages are built of: copying, folding, exporting, bodies, JSON, diffs.
import { count } from './count.ts';

export const partsTexts = {
  copy: {
    copied: 'Copied',
    curl: 'Copied as curl',
    failed: 'Could not copy',
    code: 'Copy the code',
    patch: 'Copy the patch',
    item: 'Copy this item',
  },
  fold: {
    less: 'Show less',
    moreLines: (lines: number) => `Show ${count(lines, 'more line', 'more lines')}`,
    moreCharacters: (characters: number) => `Show ${count(characters, 'more character', 'more characters')}`,
    tooLong: 'The rest is too long to show: download the body to read it.',
  },
  exports: {
    list: 'Export what is listed',
    one: 'Export this exchange',
    session: 'Export this session',
    jsonl: 'JSON lines',
    har: 'HAR archive',
    html: 'Web page, self-contained',
  },
  body: {
    none: 'The log has no body here: there was none, or bodies are not logged.',
    kinds: { json: 'JSON', events: 'event stream', text: 'text' },
    readable: 'Readable',
    raw: 'Raw',
    copy: 'Copy the body',
    download: 'Download the body',
    cutOff: 'The log kept only the beginning of this body.',
    shortened: 'Only the beginning is shown: download the body to see the rest.',
    notUtf8: 'Some bytes are not UTF-8 and are shown as �.',
    moreEvents: (events: number) => `Show ${count(events, 'more event', 'more events')}`,
  },
  json: {
    items: (items: number) => count(items, 'item', 'items'),
    fields: (fields: number) => count(fields, 'field', 'fields'),
    more: (entries: number) => `Show more (${entries.toLocaleString('en-US')} left)`,
  },
  diff: {
    add: 'new',
    update: 'changed',
    delete: 'deleted',
    added: '(added)',
    removed: '(removed)',
  },
} as const;
