import { KeyedQueue } from "../../hcloud-simulator/src/keyedQueue";

/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/** A service of the sandbox that can be stopped and started again while the others keep running. */
export abstract class RestartableService<T extends Running = Running> {
  private running: T | undefined;
  /** Two calls at once must not both find the service stopped. */
  private readonly calls = new KeyedQueue<"service">();

  protected abstract begin(): Promise<T>;

  /** No-op when the service runs. */
  start(): Promise<void> {
    return this.calls.run("service", async () => {
      this.running ??= await this.begin();
    });
  }

  /** No-op when the service does not run. */
  stop(): Promise<void> {
    return this.calls.run("service", async () => {
      const { running } = this;
      this.running = undefined;
      await running?.close();
    });
  }
}

/** A service that only runs: it answers no calls of its own. */
export class Restartable extends RestartableService {
  constructor(protected readonly begin: () => Promise<Running>) {
    super();
  }
}
