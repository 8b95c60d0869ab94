import { apiError } from "./errors";
import type { Kind, Row, Store } from "./store";

/** How many of each thing an account may have, by the name of its collection; null for any number. */
export type AccountLimits = Readonly<Record<LimitName, number | null>>;

/** What Hetzner gives to each account has a number; the others are set account by account. */
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

// The keys are those of the object just above.
export const limitNames = Object.keys(defaultLimits) as readonly LimitName[];

/** The limits in force, for handlers. */
export class Limits {
  constructor(
    private readonly store: Store,
    private readonly current: () => AccountLimits,
  ) {}

  /**
   * Whether there may be one more of a kind.
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
