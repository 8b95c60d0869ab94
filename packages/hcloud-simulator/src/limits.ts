import { apiError } from "./errors";
import type { Kind, Row, Store } from "./store";

/**
 * The highest number of each resource in an account, by the name of its collection. null means no
 * limit.
 */
export type AccountLimits = Readonly<Record<LimitName, number | null>>;

/** A number is a limit that Hetzner gives to every account. The others differ between accounts. */
export const defaultLimits = Object.freeze({
  servers: null,
  primary_ips: null,
  floating_ips: null,
  load_balancers: null,
  networks: null,
  firewalls: 50,
  placement_groups: 50,
  ssh_keys: null,
  zones: null,
});

export type LimitName = keyof typeof defaultLimits;

// The keys are those of the object above.
export const limitNames = Object.keys(defaultLimits) as readonly LimitName[];

/** The current limits, for handlers. */
export class Limits {
  constructor(
    private readonly store: Store,
    private readonly current: () => AccountLimits,
  ) {}

  /**
   * Checks that one more resource of a kind is allowed.
   *
   * @throws ApiError resource_limit_exceeded
   */
  requireRoom<T extends Row>(name: LimitName, kind: Kind<T>): void {
    const limit = this.current()[name];
    if (limit === null || this.store.table(kind).all().length < limit) return;
    const words = kind.name.replaceAll("_", " ");
    throw apiError("resource_limit_exceeded", `${words} limit exceeded`, {
      limits: [{ name: `${kind.name}_limit` }],
    });
  }
}
