import { useMemo } from 'preact/hooks';
import { type Inline, parseInline } from '../../conversation/parse-inline.ts';
import { type Block, parseMarkdown } from '../../conversation/parse-markdown.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { FoldLines } from '../parts/fold-lines.tsx';
import { texts } from '../texts.ts';
import { visibleText } from './visible-text.ts';

/** Longer texts are shown as they came: nobody reads 60,000 characters for their headings. */
const MAX_CHARACTERS = 60_000;

const keyed = <Value,>(values: readonly Value[]): Array<[number, Value]> =>
  values.map((value, place) => [place, value]);

const InlineView = ({ inline }: { inline: Inline }) => {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'code':
      return <code>{inline.text}</code>;
    case 'strong':
      return (
        <strong>
          <Inlines inlines={inline.children} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Inlines inlines={inline.children} />
        </em>
      );
    case 'struck':
      return (
        <s>
          <Inlines inlines={inline.children} />
        </s>
      );
    case 'link':
      return (
        <a
          class="link"
          href={inline.address}
          title={inline.address}
          target="_blank"
          rel="noopener noreferrer nofollow"
        >
          <Inlines inlines={inline.children} />
        </a>
      );
  }
};

const Inlines = ({ inlines }: { inlines: readonly Inline[] }) => (
  <>
    {keyed(inlines).map(([key, inline]) => (
      <InlineView key={key} inline={inline} />
    ))}
  </>
);

const Text = ({ text }: { text: string }) => <Inlines inlines={parseInline(text)} />;

const Table = ({ block }: { block: Extract<Block, { kind: 'table' }> }) => (
  <div class="md-table">
    <table>
      <thead>
        <tr>
          {keyed(block.head).map(([key, cell]) => (
            <th key={key} scope="col">
              <Text text={cell} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keyed(block.rows).map(([key, row]) => (
          <tr key={key}>
            {keyed(row).map(([cellKey, cell]) => (
              <td key={cellKey}>
                <Text text={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const BlockView = ({ block }: { block: Block }) => {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Text text={block.text} />
        </p>
      );
    // The page has its own headings: those of a model are strong lines, or they would mix up the outline.
    case 'heading':
      return (
        <p class={`md-heading level-${Math.min(block.level, 3)}`}>
          <Text text={block.text} />
        </p>
      );
    case 'code':
      return (
        <div class="md-code">
          <FoldLines text={block.text} />
          <CopyButton text={block.text} label={texts.copy.code} />
        </div>
      );
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case 'list': {
      const items = keyed(block.items).map(([key, blocks]) => (
        <li key={key}>
          <Blocks blocks={blocks} />
        </li>
      ));
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case 'table':
      return <Table block={block} />;
    case 'rule':
      return <hr />;
  }
};

const Blocks = ({ blocks }: { blocks: readonly Block[] }) => (
  <>
    {keyed(blocks).map(([key, block]) => (
      <BlockView key={key} block={block} />
    ))}
  </>
);

/** What a model wrote, with its Markdown read. Built of elements, never of HTML. */
export const Markdown = ({ text }: { text: string }) => {
  const visible = useMemo(() => visibleText(text), [text]);
  const blocks = useMemo(
    () => (visible.length > MAX_CHARACTERS ? undefined : parseMarkdown(visible)),
    [visible],
  );
  if (!blocks) return <FoldLines text={visible} />;
  return (
    <div class="markdown">
      <Blocks blocks={blocks} />
    </div>
  );
};
