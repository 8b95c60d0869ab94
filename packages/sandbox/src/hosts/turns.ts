/** Lets actions on one thing run one after the other, and actions on different things side by side. */
export class Turns<K> {
  private readonly last = new Map<K, Promise<unknown>>();

  /** Runs `action` when all earlier ones for `key` are done; their failures are their callers' own. */
  take<T>(key: K, action: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const turn = before.then(action, action);
    this.last.set(key, turn);
    const forget = (): void => {
      if (this.last.get(key) === turn) this.last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  }
}
