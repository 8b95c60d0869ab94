/**
 * Hetzner's limit: 3600 requests an hour for each project. One request becomes available again each
 * second.
 */
export const hetznerCallsPerHour = 3600;

const msPerHour = 3_600_000;

/** The rate limit at the moment of a request, as the headers RateLimit-* report it. */
export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Unix time in seconds at which the limit is full again. */
  readonly reset: number;
  /** Whether nothing was left for this request. */
  readonly exceeded: boolean;
}

/** A token bucket: starts full, loses one token for each request and refills evenly. */
export class RateLimit {
  private tokens: number;
  private filledAt: number;

  /** @param now returns the time in milliseconds; tests pass their own clock */
  constructor(
    readonly perHour: number,
    private readonly now: () => number = Date.now,
  ) {
    this.tokens = perHour;
    this.filledAt = now();
  }

  /** Takes one token for a request, if one is left. */
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
