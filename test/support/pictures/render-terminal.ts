const COLOURS = ['#6b7280', '#f87171', '#4ade80', '#e5b567', '#7cb7ff', '#c792ea', '#5fd3d3', '#e5e7eb'];
const [BACKGROUND, TEXT, DIM] = ['#16181d', '#e5e7eb', '#7d8590'];
const ESCAPE = String.fromCharCode(27);

interface Style {
  colour?: string | undefined;
  isBold?: boolean;
  isDim?: boolean;
}

/** @see ECMA-48 §8.3.117 (SGR) */
const applyCode = (style: Style, code: number): Style => {
  if (code === 0) return {};
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isDim: true };
  if (code === 22) return { ...style, isBold: false, isDim: false };
  if (code === 39) return { ...style, colour: undefined };
  const index = code >= 90 ? code - 90 : code - 30;
  return COLOURS[index] ? { ...style, colour: COLOURS[index] } : style;
};

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const toSpan = (text: string, { colour, isBold, isDim }: Style): string => {
  const rules = [`color:${colour ?? (isDim ? DIM : TEXT)}`, ...(isBold ? ['font-weight:700'] : [])];
  return `<span style="${rules.join(';')}">${escapeHtml(text)}</span>`;
};

/** A page that looks like a terminal with this screen. @param screen lines with SGR sequences, as tmux gives them */
export const renderTerminal = (screen: string): string => {
  let style: Style = {};
  const spans = screen.split(ESCAPE).map((piece, index) => {
    if (index === 0) return toSpan(piece, style);
    const [sequence = '', codes = ''] = /^\[([\d;]*)m/.exec(piece) ?? [];
    if (sequence) for (const code of (codes || '0').split(';')) style = applyCode(style, Number(code));
    return toSpan(piece.slice(sequence.length), style);
  });
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:${BACKGROUND}">
<pre style="display:inline-block;margin:0;padding:26px 32px;font:13px/1.5 'DejaVu Sans Mono',monospace">${spans.join('')}</pre>`;
};
