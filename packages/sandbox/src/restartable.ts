/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/** A part of the sandbox that can be stopped and started again while the rest goes on. */
export class Restartable<T extends Running = Running> {
  private running: T | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly begin: () => Promise<T>) {}

  /** No-op when it runs. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      this.running ??= await this.begin();
    });
  }

  /** No-op when it does not run. */
  stop(): Promise<void> {
    return this.inTurn(async () => {
      const { running } = this;
      this.running = undefined;
      await running?.close();
    });
  }

  /** Two calls at once must not both find it stopped. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
