const maxUnhandled = 1000;

/** Counts the requests of each route and records those that the simulator cannot answer. */
export class Recorder {
  /** Requests that have no code in the simulator and were answered with an error. */
  readonly unhandled: string[] = [];
  private readonly counts = new Map<string, number>();

  unknown(request: string): void {
    if (this.unhandled.length < maxUnhandled) this.unhandled.push(request);
  }

  called(route: string): void {
    this.counts.set(route, (this.counts.get(route) ?? 0) + 1);
  }

  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }
}
