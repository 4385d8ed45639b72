/** An exchange that a backward reader has met, until it is certain that no newer one comes. */
export interface Ranked<T> {
  readonly id: string;
  readonly startedAtMs: number;
  readonly value: T;
}

const isNewer = <T>(one: Ranked<T>, other: Ranked<T>): boolean =>
  one.startedAtMs > other.startedAtMs || (one.startedAtMs === other.startedAtMs && one.id > other.id);

/** A heap that gives the newest first. */
export class MaxHeap<T> {
  readonly #items: Ranked<T>[] = [];

  get newest(): Ranked<T> | undefined {
    return this.#items[0];
  }

  push(item: Ranked<T>): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isNewer(item, items[parent] as Ranked<T>)) break;
      items[index] = items[parent] as Ranked<T>;
      index = parent;
    }
    items[index] = item;
  }

  pop(): Ranked<T> | undefined {
    const items = this.#items;
    const [newest] = items;
    const last = items.pop();
    if (!last || items.length === 0) return newest;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      const right = items[child + 1];
      if (right && isNewer(right, items[child] as Ranked<T>)) child++;
      if (!isNewer(items[child] as Ranked<T>, last)) break;
      items[index] = items[child] as Ranked<T>;
      index = child;
    }
    items[index] = last;
    return newest;
  }
}
