import { useState } from 'preact/hooks';
import type { ConversationPart } from '../../conversation/item.ts';
import { Icon } from '../parts/icon.tsx';
import { formatBytes } from '../state/format.ts';
import { texts } from '../texts.ts';
import { visibleText } from './visible-text.ts';

/** A picture that came within the request itself. One from elsewhere is named, never fetched. */
const Picture = ({ url }: { url: string }) => {
  const [large, setLarge] = useState(false);
  if (url === '') return <span class="attachment">{texts.turn.imageElsewhere}</span>;
  if (!/^data:image\/(?:png|jpeg|gif|webp|svg\+xml|avif|bmp)[;,]/i.test(url)) {
    return <span class="attachment mono">{texts.turn.imageAt(visibleText(url.slice(0, 200)))}</span>;
  }
  return (
    <button
      type="button"
      class={`thumbnail ${large ? 'large' : ''}`}
      aria-expanded={large}
      title={texts.turn.imageResize}
      onClick={() => setLarge(!large)}
    >
      <img src={url} alt={texts.turn.image} loading="lazy" />
    </button>
  );
};

/** A part of a message or an output that is no text. */
export const Attachment = ({ part }: { part: Exclude<ConversationPart, { kind: 'text' }> }) => {
  switch (part.kind) {
    case 'image':
      return <Picture url={part.url} />;
    case 'file':
      return (
        <span class="attachment">
          <Icon name="copy" /> {part.name ? visibleText(part.name) : texts.turn.file}{' '}
          {part.bytes !== undefined && formatBytes(part.bytes)}
        </span>
      );
    case 'refusal':
      return <p class="refusal">{visibleText(part.text)}</p>;
  }
};
