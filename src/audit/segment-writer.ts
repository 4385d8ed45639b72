import {
  close,
  closeSync,
  fstatSync,
  ftruncate,
  futimes,
  unlinkSync,
  write,
  writeSync,
  writev,
} from 'node:fs';
import { join } from 'node:path';
import { encodeEndLine, encodeSegmentLine } from './encode-journal-line.ts';
import { openPrivateAppend } from './private-files.ts';
import { ownIdentity } from './process-identity.ts';
import { journalFile, packFile } from './segment-name.ts';

const writeBuffer = (fd: number, bytes: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    write(fd, bytes, (cause, written) => (cause ? reject(cause) : resolve(written)));
  });

const writeParts = (fd: number, parts: readonly Buffer[]): Promise<number> =>
  new Promise((resolve, reject) => {
    writev(fd, parts, (cause, written) => (cause ? reject(cause) : resolve(written)));
  });

/** How far a batch of lines came: `failure` is set where not all of them are in the file. */
export interface AppendOutcome {
  readonly linesWritten: number;
  readonly failure?: unknown;
}

/** One segment that this process writes: journal and bodies. Nobody else writes into these files. */
export class SegmentWriter {
  readonly base: string;
  readonly #folder: string;
  readonly #journal: number;
  #pack: number | undefined;
  #packBytes = 0;
  #journalBytes = 0;
  #headBytes = 0;
  /** The file ends within a line, since a write failed half-way: the next write begins a new line. */
  #torn = false;

  /**
   * @param repeatedLines open lines of what is underway
   * @throws the system's error; then no file is left behind
   */
  constructor(folder: string, base: string, at: number, repeatedLines: string) {
    this.base = base;
    this.#folder = folder;
    const path = join(folder, journalFile(base));
    this.#journal = openPrivateAppend(path, true);
    try {
      this.appendSync(encodeSegmentLine(at, ownIdentity()));
      this.#headBytes = this.#journalBytes;
      if (repeatedLines !== '') this.appendSync(repeatedLines);
    } catch (cause) {
      closeSync(this.#journal);
      unlinkSync(path);
      throw cause;
    }
  }

  get bytes(): number {
    return this.#journalBytes + this.#packBytes;
  }

  /** Somebody has deleted the file, or its disk: what is written goes nowhere. */
  get isGone(): boolean {
    try {
      return fstatSync(this.#journal).nlink === 0;
    } catch {
      return true;
    }
  }

  /** @throws the system's error, where not all of it could be written */
  appendSync(text: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${text}` : text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#journal, bytes, written);
    } finally {
      this.#advance(bytes, written);
    }
  }

  /** @param lines each with its newline */
  async append(lines: readonly string[]): Promise<AppendOutcome> {
    const bytes = Buffer.from((this.#torn ? '\n' : '') + lines.join(''));
    let written = 0;
    try {
      while (written < bytes.length) {
        written += await writeBuffer(this.#journal, written === 0 ? bytes : bytes.subarray(written));
      }
      this.#advance(bytes, written);
      return { linesWritten: lines.length };
    } catch (failure) {
      let end = this.#torn ? 1 : 0;
      let linesWritten = 0;
      for (const line of lines) {
        end += Buffer.byteLength(line);
        if (end > written) break;
        linesWritten++;
      }
      this.#advance(bytes, written);
      return { linesWritten, failure };
    }
  }

  /**
   * @param parts of one block
   * @returns its place
   * @throws the system's error; then the pack ends where it ended before
   */
  async appendBlock(parts: readonly Buffer[]): Promise<{ pack: string; offset: number; length: number }> {
    const pack = packFile(this.base);
    this.#pack ??= openPrivateAppend(join(this.#folder, pack), true);
    const fd = this.#pack;
    const offset = this.#packBytes;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    try {
      let written = await writeParts(fd, parts);
      if (written < length) {
        const whole = Buffer.concat(parts);
        while (written < length) written += await writeBuffer(fd, whole.subarray(written));
      }
    } catch (cause) {
      await new Promise((resolve) => ftruncate(fd, offset, resolve));
      this.#packBytes = fstatSync(fd).size;
      throw cause;
    }
    this.#packBytes = offset + length;
    return { pack, offset, length };
  }

  /** Shows other processes, also such as cannot ask for this one's id, that it lives. */
  beat(): void {
    const now = new Date();
    futimes(this.#journal, now, now, () => {});
  }

  /** The last line; where it cannot be written, the next start finds out that nothing is open. */
  end(at: number): void {
    const isEmpty = this.#journalBytes === this.#headBytes && this.#pack === undefined;
    try {
      if (isEmpty) unlinkSync(join(this.#folder, journalFile(this.base)));
      else this.appendSync(encodeEndLine(at));
    } catch {
      // A segment without its last line is only read once more at the next start.
    }
    this.abandon();
  }

  /** Closes the files as they are. */
  abandon(): void {
    for (const fd of [this.#journal, this.#pack]) {
      if (fd !== undefined) close(fd, () => {});
    }
  }

  #advance(bytes: Buffer, written: number): void {
    this.#journalBytes += written;
    if (written > 0) this.#torn = bytes[written - 1] !== 0x0a;
  }
}
