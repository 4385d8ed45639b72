import { useState } from 'preact/hooks';
import type { ContextPart, ContextSample } from '../../admin/api-types/turns.ts';
import { formatCount, formatShare } from '../state/format.ts';
import { choose } from '../state/route.ts';
import { texts } from '../texts.ts';
import { visibleText } from '../turn/visible-text.ts';

const HEIGHT = 100;
const STEP = 10;
const BAR = 9;
/** From the bottom up: what stays the same first. */
const ORDER = [
  'instructions',
  'tools',
  'user',
  'assistant',
  'reasoning',
  'calls',
  'output',
  'images',
  'other',
] as const;

const tokensOf = (parts: readonly ContextPart[], kind: ContextPart['kind']): number =>
  parts.filter((part) => part.kind === kind).reduce((sum, { tokens }) => sum + tokens, 0);

const nameOf = ({ kind, name }: ContextPart): string =>
  kind === 'output' && name ? texts.context.outputOf(visibleText(name)) : texts.context.kinds[kind];

/** One request as a stack, as high as its context is large. */
const Stack = ({ sample, place, most }: { sample: ContextSample; place: number; most: number }) => {
  let below = 0;
  return (
    <g data-place={place}>
      <rect class="hit" x={place * STEP} y={0} width={STEP} height={HEIGHT} />
      {ORDER.map((kind) => {
        const height = (tokensOf(sample.parts, kind) / most) * HEIGHT;
        const y = HEIGHT - below - height;
        below += height;
        return height > 0 ? (
          <rect key={kind} class={`part-${kind}`} x={place * STEP} y={y} width={BAR} height={height} />
        ) : null;
      })}
    </g>
  );
};

const placeIn = ({ target }: Event): number | undefined => {
  const place =
    target instanceof Element ? target.closest<SVGElement>('[data-place]')?.dataset.place : undefined;
  return place === undefined ? undefined : Number(place);
};

/** What a context held, part by part. */
const Parts = ({ sample }: { sample: ContextSample }) => (
  <ul class="context-parts">
    {sample.parts
      .filter(({ tokens }) => tokens > 0)
      .map((part) => (
        <li key={`${part.kind} ${part.name ?? ''}`}>
          <i class={`swatch part-${part.kind}`} />
          {nameOf(part)} <b>{formatCount(part.tokens)}</b>{' '}
          <span class="dim">{formatShare(part.tokens, sample.input_tokens)}</span>
        </li>
      ))}
  </ul>
);

/** What fills the context of a session, and how it grew: a stack for each request. */
export const ContextPicture = ({ contexts }: { contexts: readonly ContextSample[] }) => {
  const [pointed, setPointed] = useState<number | undefined>();
  const last = contexts.length - 1;
  const shown = contexts[Math.min(pointed ?? last, last)];
  const most = Math.max(1, ...contexts.map(({ input_tokens }) => input_tokens));
  if (!shown) return null;
  return (
    <section class="context-picture" aria-label={texts.context.label}>
      <h3>
        {texts.context.label}{' '}
        <span class="dim">
          {texts.context.at(shown.turn, formatCount(shown.input_tokens))} · {texts.context.estimated}
        </span>
      </h3>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the rows below are the way for keys */}
      <svg
        viewBox={`0 0 ${Math.max(contexts.length, 40) * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={texts.context.grew(
          formatCount(contexts[0]?.input_tokens ?? 0),
          formatCount(contexts[last]?.input_tokens ?? 0),
        )}
        onPointerMove={(event) => setPointed(placeIn(event))}
        onPointerLeave={() => setPointed(undefined)}
        onClick={(event) => {
          const sample = contexts[placeIn(event) ?? -1];
          if (sample) choose({ at: sample.id, from: undefined });
        }}
      >
        {contexts.map((sample, place) => (
          <Stack key={sample.id} sample={sample} place={place} most={most} />
        ))}
      </svg>
      <Parts sample={shown} />
    </section>
  );
};
