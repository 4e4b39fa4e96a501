/** Above this many the memory is let go once they are taken. */
const KEPT = 4_096;

/** First in, first out. It keeps its memory when it runs empty, for it will be filled again at once. */
export class Queue<T> {
  private list: Array<T | undefined> = [];
  private first = 0;
  private end = 0;

  get size(): number {
    return this.end - this.first;
  }

  add(one: T): void {
    this.list[this.end] = one;
    this.end += 1;
  }

  /** The oldest. Only where `size` is above 0. */
  take(): T {
    const { list, first } = this;
    const one = list[first] as T;
    list[first] = undefined;
    this.first = first + 1;
    if (this.first === this.end) {
      this.first = 0;
      this.end = 0;
      if (list.length > KEPT) this.list = [];
    }
    return one;
  }
}
