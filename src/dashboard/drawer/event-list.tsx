import { useState } from 'preact/hooks';
import { briefJson } from '../parts/brief-json.ts';
import { FoldLines } from '../parts/fold-lines.tsx';
import { texts } from '../texts.ts';
import { JsonTree } from './json-tree.tsx';
import type { BodyEvent } from './read-body.ts';

const SHOWN_EVENTS = 200;
const PREVIEW_CHARACTERS = 160;

/** Fields that every event has: the line says the type already. */
const REPEATED = new Set(['type', 'sequence_number', 'event_id']);

const previewOf = (data: unknown): string => {
  const text = typeof data === 'string' ? data : briefJson(data, PREVIEW_CHARACTERS, REPEATED);
  return text.slice(0, PREVIEW_CHARACTERS).replace(/\s+/g, ' ');
};

const EventLine = ({ event }: { event: BodyEvent }) => {
  const [open, setOpen] = useState(false);
  return (
    <li class="event">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b>{event.type}</b>
        {event.count > 1 && <span class="tag">×{event.count}</span>}
        {!open && <span class="dim preview">{previewOf(event.data)}</span>}
      </button>
      {open &&
        (typeof event.data === 'string' ? <FoldLines text={event.data} /> : <JsonTree value={event.data} />)}
    </li>
  );
};

/** A stream as its events, runs of deltas in one line each. */
export const EventList = ({ events }: { events: readonly BodyEvent[] }) => {
  const [all, setAll] = useState(false);
  const shown = all ? events : events.slice(0, SHOWN_EVENTS);
  return (
    <>
      <ol class="events">
        {shown.map((event, place) => (
          <EventLine key={place} event={event} />
        ))}
      </ol>
      {!all && events.length > SHOWN_EVENTS && (
        <button type="button" class="fold-button" onClick={() => setAll(true)}>
          {texts.body.moreEvents(events.length - SHOWN_EVENTS)}
        </button>
      )}
    </>
  );
};
