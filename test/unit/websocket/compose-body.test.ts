import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBudget } from '../../../src/log/capture/body-capture.ts';
import { createResponseHistory, type Place } from '../../../src/translate/response-history.ts';
import { composeBody, ownItems } from '../../../src/websocket/bridge/compose-body.ts';
import { type CreateFrame, readClientFrame } from '../../../src/websocket/client/read-client-frame.ts';

const frameOf = (text: string): CreateFrame => {
  const frame = readClientFrame(Buffer.from(text));
  if (frame.kind !== 'create') throw new Error(`not a create: ${text}`);
  return frame;
};

const placeOf = (...items: string[]): Place | undefined => {
  const history = createResponseHistory({ maxBytes: 1e6, maxResponses: 99, budget: createMemoryBudget(1e6) });
  let place: Place | undefined;
  for (const [index, text] of items.entries()) {
    history.add(`r${index}`, place, Buffer.from(text));
    place = history.take(`r${index}`);
  }
  return place;
};

const compose = (text: string, place?: Place, maxBytes = 1e6): string =>
  composeBody(frameOf(text), place, maxBytes).toString();

describe('the body of a bridged request', () => {
  it('is what Codex sent, without what belongs to the transport', () => {
    const text =
      '{"type":"response.create","model":"gpt-5.5","stream":true,"input":[{"id":1}],"tools":[ ],"store":false,"generate":true,"stream_id":"a"}';
    expect(compose(text)).toBe(
      '{"model":"gpt-5.5","stream":true,"input":[{"id":1}],"tools":[ ],"store":false}',
    );
  });

  it('asks for a stream, whatever was asked', () => {
    expect(compose('{"type":"response.create","stream":false,"input":"x"}')).toBe(
      '{"stream":true,"input":"x"}',
    );
    expect(compose('{"type":"response.create","input":"x"}')).toBe('{"input":"x","stream":true}');
  });

  it('has the whole input in place of the new items, as each was written', () => {
    const place = placeOf('{"n":1.0},{"e":"\\u00e9"}', '', '{"sealed" : "="}');
    const text =
      '{"type":"response.create","previous_response_id":"r2","input":[ {"new":true} ],"model":"m"}';
    expect(compose(text, place)).toBe(
      '{"input":[{"n":1.0},{"e":"\\u00e9"},{"sealed" : "="},{"new":true}],"model":"m","stream":true}',
    );
  });

  it.each([
    ['[]', '[{"a":1}]'],
    ['[ \n]', '[{"a":1}]'],
    ['null', '[{"a":1}]'],
    ['"go \\"on\\""', '[{"a":1},{"type":"message","role":"user","content":"go \\"on\\""}]'],
  ])('goes on from an earlier answer with the input %s', (input, expected) => {
    const text = `{"type":"response.create","previous_response_id":"r0","input":${input}}`;
    expect(compose(text, placeOf('{"a":1}'))).toBe(`{"input":${expected},"stream":true}`);
  });

  it('adds the input where the request has none of its own', () => {
    expect(compose('{"type":"response.create","previous_response_id":"r0"}', placeOf('{"a":1}'))).toBe(
      '{"stream":true,"input":[{"a":1}]}',
    );
  });

  it('leaves the earlier answer to the upstream where only the upstream can know it', () => {
    const text = '{"type":"response.create","previous_response_id":"resp_stored","input":[1]}';
    expect(compose(text)).toBe('{"previous_response_id":"resp_stored","input":[1],"stream":true}');
    expect(compose('{"type":"response.create","previous_response_id":null,"input":[1]}')).toBe(
      '{"input":[1],"stream":true}',
    );
  });

  it('is refused where the conversation has grown beyond the limit', () => {
    const text = '{"type":"response.create","previous_response_id":"r0","input":[1]}';
    expect(() => compose(text, placeOf(`"${'x'.repeat(2000)}"`), 2000)).toThrow(
      expect.objectContaining({ code: 'request_too_large', status: 413 }),
    );
  });

  it('holds the items that HTTP would hold, for any conversation', () => {
    const items = fc.array(fc.jsonValue(), { maxLength: 4 });
    const property = fc.property(
      fc.array(items, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(undefined, 2),
      (turns, indent) => {
        const history = createResponseHistory({
          maxBytes: 1e9,
          maxResponses: 99,
          budget: createMemoryBudget(1e9),
        });
        let place: Place | undefined;
        let whole: unknown[] = [];
        for (const [index, input] of turns.entries()) {
          const previous = place ? { previous_response_id: `r${index - 1}` } : {};
          const frame = frameOf(
            JSON.stringify({ type: 'response.create', ...previous, input, n: index }, undefined, indent),
          );
          whole = [...whole, ...JSON.parse(JSON.stringify(input))];
          const body = JSON.parse(composeBody(frame, place, 1e9).toString());
          expect(body).toEqual({ input: whole, n: index, stream: true });
          history.add(`r${index}`, place, ownItems(frame));
          place = history.take(`r${index}`);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
