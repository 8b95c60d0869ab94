const maxUnhandled = 1000;

/** What was asked for. */
export class Recorder {
  /** Requests that were answered with nothing but an error, because no code stands behind them. */
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
