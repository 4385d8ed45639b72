import { escapeHtml } from '../../base/escape-html.ts';
import { type Inline, parseInline } from '../../conversation/parse-inline.ts';
import { type Block, parseMarkdown } from '../../conversation/parse-markdown.ts';

/** Longer texts are shown as they came. */
const MAX_CHARACTERS = 60_000;

const renderInline = (inline: Inline): string => {
  switch (inline.kind) {
    case 'text':
      return escapeHtml(inline.text);
    case 'code':
      return `<code>${escapeHtml(inline.text)}</code>`;
    case 'strong':
      return `<strong>${renderInlines(inline.children)}</strong>`;
    case 'emphasis':
      return `<em>${renderInlines(inline.children)}</em>`;
    case 'struck':
      return `<s>${renderInlines(inline.children)}</s>`;
    case 'link': {
      // The parser lets through http, https and mailto alone.
      const address = escapeHtml(inline.address);
      return `<a href="${address}" title="${address}" rel="noopener noreferrer nofollow">${renderInlines(inline.children)}</a>`;
    }
  }
};

const renderInlines = (inlines: readonly Inline[]): string => inlines.map(renderInline).join('');

const renderText = (text: string): string => renderInlines(parseInline(text));

const cells = (name: 'td' | 'th', row: readonly string[]): string =>
  `<tr>${row.map((cell) => `<${name}>${renderText(cell)}</${name}>`).join('')}</tr>`;

const renderBlock = (block: Block): string => {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${renderText(block.text)}</p>`;
    // The page has its own headings.
    case 'heading':
      return `<p><strong>${renderText(block.text)}</strong></p>`;
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'quote':
      return `<blockquote>${renderBlocks(block.blocks)}</blockquote>`;
    case 'list': {
      const items = block.items.map((blocks) => `<li>${renderBlocks(blocks)}</li>`).join('');
      return block.start === undefined ? `<ul>${items}</ul>` : `<ol start="${block.start}">${items}</ol>`;
    }
    case 'table':
      return `<table>${cells('th', block.head)}${block.rows.map((row) => cells('td', row)).join('')}</table>`;
    case 'rule':
      return '<hr>';
  }
};

const renderBlocks = (blocks: readonly Block[]): string => blocks.map(renderBlock).join('\n');

/** What a person or a model wrote, with its Markdown read; all text in it is escaped. */
export const renderMarkdown = (text: string): string =>
  text.length > MAX_CHARACTERS
    ? `<pre>${escapeHtml(text)}</pre>`
    : `<div class="markdown">${renderBlocks(parseMarkdown(text))}</div>`;
