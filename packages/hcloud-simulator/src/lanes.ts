/** Work that must not overlap, in order, one lane for each key: what is done to one host. */
export class Lanes {
  private readonly tails = new Map<number, Promise<unknown>>();

  /** Runs `work` when all earlier work of this key has ended, whether well or not. */
  run<T>(key: number, work: () => Promise<T>): Promise<T> {
    const tail = this.tails.get(key) ?? Promise.resolve();
    const result = tail.then(work, work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.tails.set(key, settled);
    void settled.then(() => {
      if (this.tails.get(key) === settled) this.tails.delete(key);
    });
    return result;
  }

  /** Resolves when nothing is waiting or running. */
  async idle(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values());
  }
}
