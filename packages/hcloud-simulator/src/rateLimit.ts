/** As Hetzner has it: 3600 an hour for each project, one back each second. */
export const hetznerCallsPerHour = 3600;

const msPerHour = 3_600_000;

/** What a request's answer says about the limit, as in the headers RateLimit-*. */
export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Unix time in seconds at which the limit is whole again. */
  readonly reset: number;
  /** Whether this request came when nothing was left. */
  readonly exceeded: boolean;
}

/** A bucket that starts full, loses one for each request and refills evenly. */
export class RateLimit {
  private tokens: number;
  private filledAt: number;

  /** @param now the time in milliseconds; an own clock for tests */
  constructor(
    readonly perHour: number,
    private readonly now: () => number = Date.now,
  ) {
    this.tokens = perHour;
    this.filledAt = now();
  }

  /** Takes one for a request, if there is one left. */
  take(): RateLimitState {
    const now = this.now();
    const refilled = ((now - this.filledAt) * this.perHour) / msPerHour;
    this.tokens = Math.min(this.perHour, this.tokens + Math.max(0, refilled));
    this.filledAt = now;
    const exceeded = this.tokens < 1;
    if (!exceeded) this.tokens -= 1;
    const missingMs = ((this.perHour - this.tokens) * msPerHour) / this.perHour;
    return {
      limit: this.perHour,
      remaining: Math.floor(this.tokens),
      reset: Math.ceil((now + missingMs) / 1000),
      exceeded,
    };
  }
}
