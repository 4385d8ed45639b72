import type { RequestHandler } from 'express';
import type { BodyBudget } from '../coding/body-budget.ts';
import type { Caller } from '../guard/caller.ts';
import { gather } from './gather.ts';
import { boundaryOf, createFormScan } from './scan-form.ts';

export interface ReadFormOptions {
  readonly budget: BodyBudget;
  /** Whether a model's name decides where a request goes. */
  readonly routesByModel: () => boolean;
  /** Whether a caller may use some models alone, so that each must be known. */
  readonly limitsModels: (caller: Caller) => boolean;
}

/** How much of an upload waits here for the name of its model: sound and pictures whole, as providers take them. */
const MAX_HELD_BYTES = 32 * 2 ** 20;
const MAX_HELD_OF_OTHERS = 2 ** 20;
const MEDIA = /\/(?:audio|images)\//;

const MAX_NAME = 200;

/**
 * Finds the model in the form of an upload, such as a transcription: clients may write it behind the file. Where
 * it decides nothing it is read as the upload passes, for the record alone.
 */
export const readForm =
  ({ budget, routesByModel, limitsModels }: ReadFormOptions): RequestHandler =>
  (request, _response, next) => {
    const { context } = request;
    const boundary = boundaryOf(request.headers['content-type'] ?? '');
    if (context.body.kind !== 'stream' || request.method !== 'POST' || boundary === undefined) {
      next();
      return;
    }
    const scan = createFormScan(boundary);
    const { record } = context.exchange;
    const noteModel = (): void => {
      const named = scan.model?.value.slice(0, MAX_NAME);
      if (named === undefined || named === '') return;
      record.model = named;
      record.requestedModel = named;
    };
    const isLimited = limitsModels(context.caller);
    if (!isLimited && (context.native !== undefined || !routesByModel())) {
      request.on('data', (chunk: Buffer) => {
        if (scan.model !== undefined || scan.state !== 'open') return;
        scan.push(chunk);
        noteModel();
      });
      // A listener makes it flow.
      request.pause();
      next();
      return;
    }
    const room = budget.open();
    context.room = room;
    const maxBytes = MEDIA.test(context.upstreamPath) ? MAX_HELD_BYTES : MAX_HELD_OF_OTHERS;
    context.stopwatch.stop();
    gather(request, room, {
      isEnough: (chunk, length) => {
        scan.push(chunk);
        // Where models are limited, a second name further on would be another model.
        return scan.state !== 'open' || length >= maxBytes || (!isLimited && scan.model !== undefined);
      },
      onGathered: (bytes) => {
        context.stopwatch.start();
        const isKnown = !isLimited || scan.state === 'ended';
        const model = isKnown && scan.model?.value !== '' ? scan.model : undefined;
        context.body = { kind: 'stream', head: bytes };
        context.form = { fields: scan.fields, model };
        context.model = model?.value;
        noteModel();
        next();
      },
      onRefused: next,
    });
  };
