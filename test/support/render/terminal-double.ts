import { Writable } from 'node:stream';

/**
 * A terminal with endless scrollback that understands what the tail writes: text, line breaks, cursor up,
 * carriage return, erase below, colours. Anything else is an error: it would be garbage on a screen.
 */
export class TerminalDouble extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #lines: string[] = [''];
  #row = 0;

  constructor(columns: number, rows = 24) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  resize(columns: number): void {
    this.columns = columns;
    this.emit('resize');
  }

  /** Everything that was ever shown and not erased, without the cursor's empty row. */
  get lines(): string[] {
    return this.#lines.slice(0, -1);
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    const text = chunk.toString().replace(/\x1b\[\d*m/g, '');
    for (const [token] of text.matchAll(/\x1b\[(\d+)A|\x1b\[J|\r|\n|[^\x1b\r\n]+|\x1b/g)) this.#apply(token);
    done();
  }

  #apply(token: string): void {
    if (token === '\x1b[J') this.#lines.length = this.#row + 1;
    else if (token.endsWith('A') && token.startsWith('\x1b[')) this.#row -= Number(token.slice(2, -1));
    else if (token === '\n') this.#nextRow();
    else if (token === '\x1b') throw new Error('an escape sequence that the tail should not write');
    else if (token !== '\r') this.#lines[this.#row] += token;
    if (token === '\x1b[J') this.#lines[this.#row] = '';
  }

  #nextRow(): void {
    this.#row++;
    if (this.#row === this.#lines.length) this.#lines.push('');
  }
}
