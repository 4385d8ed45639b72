import type { GatewayError } from '../../base/errors.ts';
import { readString, scanMembers } from '../../json/scan-members.ts';
import type { RelayedTurn } from './relayed-turn.ts';

/** The unanswered requests of one relayed connection, oldest first. */
export class RelayedTurns {
  #turns: RelayedTurn[] = [];
  /** The last message that was not JSON, until the upstream refuses it. */
  #unreadable: RelayedTurn | undefined;
  #usesLanes = false;

  /** How many requests. */
  get size(): number {
    return this.#turns.length;
  }

  values(): readonly RelayedTurn[] {
    return this.#turns;
  }

  add(turn: RelayedTurn): void {
    this.#turns.push(turn);
    this.#usesLanes ||= turn.streamId !== undefined;
  }

  /** A message that is not JSON, and so not a request: frames that arrive while no request runs belong to it. */
  addUnreadable(turn: RelayedTurn): void {
    this.#unreadable?.breakOff('aborted');
    this.#unreadable = turn;
  }

  /** @returns whether this frame was the last of an answer, or broke the grammar of one */
  see(frame: Buffer): 'more' | 'last' | { readonly broken: RelayedTurn } {
    const turn = this.#turnOf(frame) ?? this.#unreadable;
    const isLast = turn?.see(frame) === true;
    if (turn?.breach()) return { broken: turn };
    if (!isLast) return 'more';
    this.#turns = this.#turns.filter((one) => one !== turn);
    if (turn === this.#unreadable) this.#unreadable = undefined;
    return 'last';
  }

  /** Ends the one whose answer broke its grammar. */
  breakOne(broken: RelayedTurn, failure: GatewayError): void {
    broken.breakOff('failed', failure);
    this.#turns = this.#turns.filter((turn) => turn !== broken);
    if (broken === this.#unreadable) this.#unreadable = undefined;
  }

  /** Ends all of them without their last frames. */
  breakOff(finish: 'truncated' | 'aborted', failure?: GatewayError): void {
    for (const turn of this.#turns) turn.breakOff(finish, failure);
    this.#unreadable?.breakOff(finish, failure);
    this.#turns = [];
    this.#unreadable = undefined;
  }

  /** Answers come in the order of their lane; an error that names no lane may be the only answer's. */
  #turnOf(frame: Buffer): RelayedTurn | undefined {
    if (!this.#usesLanes) return this.#turns[0];
    const streamId = readString(frame, scanMembers(frame)?.get('stream_id'));
    const inLane = this.#turns.find((turn) => turn.streamId === streamId);
    return inLane ?? (this.#turns.length === 1 ? this.#turns[0] : undefined);
  }
}
