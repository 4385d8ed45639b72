export interface SseEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/**
 * Reads a whole SSE body in the plainest way that the specification allows: an independent reader to hold
 * the incremental one against. Like Codex it accepts no broken UTF-8.
 * @throws TypeError where the bytes are no UTF-8
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export const readSse = (body: Uint8Array): SseEvent[] => {
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(body).split(/\r\n|\n|\r/);
  lines.pop();
  const events: SseEvent[] = [];
  let name: string | undefined;
  let data: string[] = [];
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) events.push({ name, data: data.join('\n') });
      name = undefined;
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') name = value === '' ? undefined : value;
  }
  return events;
};
