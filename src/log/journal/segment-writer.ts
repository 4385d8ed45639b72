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
  writevSync,
} from 'node:fs';
import { join } from 'node:path';
import { createPrivateAppend } from '../../state/private-files.ts';
import { ownIdentity } from '../../state/process-identity.ts';
import { encodeEndLine, encodeSegmentLine } from './encode-journal-line.ts';
import { journalFile, packFile } from './segment-name.ts';

const writeBuffer = (fd: number, bytes: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    write(fd, bytes, (cause, written) => (cause ? reject(cause) : resolve(written)));
  });

const writeParts = (fd: number, parts: readonly Buffer[]): Promise<number> =>
  new Promise((resolve, reject) => {
    writev(fd, parts, (cause, written) => (cause ? reject(cause) : resolve(written)));
  });

const NEWLINE = 0x0a;

/** A block of so many bytes is written at once, as lines are; another thread would be a turn of the event loop away. */
const MAX_BYTES_AT_ONCE = 64 * 2 ** 10;

const countWholeLines = (bytes: Buffer, written: number, beginsWithNewline: boolean): number => {
  let lines = beginsWithNewline ? -1 : 0;
  for (const byte of bytes.subarray(0, written)) if (byte === NEWLINE) lines++;
  return Math.max(0, lines);
};

/** A batch of lines of which only the first ones are in the file; `cause` is the system's error. */
export class PartialWriteError extends Error {
  override readonly name = 'PartialWriteError';
  readonly linesWritten: number;

  constructor(linesWritten: number, cause: unknown) {
    super('not all lines could be written', { cause });
    this.linesWritten = linesWritten;
  }
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
  #blocksUnderway = 0;
  #isOver = false;
  /** The file ends within a line, since a write failed half-way: the next write begins a new one. */
  #torn = false;

  /**
   * @param repeatedLines open lines of what is underway
   * @throws the system's error; then no file is left behind
   */
  constructor(folder: string, base: string, at: number, repeatedLines: readonly string[]) {
    this.base = base;
    this.#folder = folder;
    const path = join(folder, journalFile(base));
    this.#journal = createPrivateAppend(path);
    try {
      this.append([encodeSegmentLine(at, ownIdentity())]);
      this.#headBytes = this.#journalBytes;
      this.append(repeatedLines);
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

  /**
   * Writes lines at once: the file then has them in the order of their `at`, and none can be torn by
   * another one. It costs less of the processor than handing the write to another thread.
   * @throws PartialWriteError if not all of them could be written
   */
  append(lines: readonly string[]): void {
    const bytes = Buffer.from((this.#torn ? '\n' : '') + lines.join(''));
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#journal, bytes, written);
    } catch (cause) {
      throw new PartialWriteError(countWholeLines(bytes, written, this.#torn), cause);
    } finally {
      this.#journalBytes += written;
      if (written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
    }
  }

  /**
   * @param parts of one block
   * @returns its place
   * @throws the system's error; then the pack ends where it ended before
   */
  async appendBlock(parts: readonly Buffer[]): Promise<{ pack: string; offset: number; length: number }> {
    const pack = packFile(this.base);
    this.#pack ??= createPrivateAppend(join(this.#folder, pack));
    this.#blocksUnderway++;
    try {
      const offset = this.#packBytes;
      const length = await this.#writeBlock(this.#pack, parts, offset);
      this.#packBytes = offset + length;
      return { pack, offset, length };
    } finally {
      this.#blocksUnderway--;
      this.#closeWhenDone();
    }
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
      else this.append([encodeEndLine(at)]);
    } catch {
      // A segment without its last line is only read once more at the next start.
    }
    this.abandon();
  }

  /** Closes the files as they are, when the block that is underway is written. */
  abandon(): void {
    this.#isOver = true;
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (!this.#isOver || this.#blocksUnderway > 0) return;
    for (const fd of [this.#journal, this.#pack]) {
      if (fd !== undefined) close(fd, () => {});
    }
  }

  async #writeBlock(fd: number, parts: readonly Buffer[], offset: number): Promise<number> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    try {
      let written = length <= MAX_BYTES_AT_ONCE ? writevSync(fd, parts) : await writeParts(fd, parts);
      if (written < length) {
        const whole = Buffer.concat(parts);
        while (written < length) written += await writeBuffer(fd, whole.subarray(written));
      }
      return length;
    } catch (cause) {
      await new Promise((resolve) => ftruncate(fd, offset, resolve));
      this.#packBytes = fstatSync(fd).size;
      throw cause;
    }
  }
}
