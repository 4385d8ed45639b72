import { Writable } from 'node:stream';

/** A stream whose reader takes nothing until it is told to, like a terminal after Ctrl-S. */
export class StandingReader extends Writable {
  text = '';
  #reading = false;
  #held: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false, highWaterMark: 16 * 1024 });
  }

  read(): void {
    this.#reading = true;
    this.#held?.();
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.#reading) done();
    else this.#held = done;
  }
}
