import type { HostDriver } from "./driver";

import type { Actions } from "./actions";
import type { Faults } from "./faults";
import type { KeyedQueue } from "./keyedQueue";
import type { Limits } from "./limits";
import type { PublicRanges } from "./publicRanges";
import type { Store } from "./store";

/** What a handler can use. Each simulator has its own; there is no state at module level. */
export interface Context {
  readonly store: Store;
  readonly actions: Actions;
  /**
   * The hosts behind the servers. Handlers use the driver inside actions only, never while a
   * request is answered.
   */
  readonly driver: HostDriver;
  /** Driver calls by server id: calls for one host run in order and do not overlap. */
  readonly driverCalls: KeyedQueue<number>;
  /** The ranges that public addresses are from. */
  readonly publicRanges: PublicRanges;
  /** How many resources an account may have. */
  readonly limits: Limits;
  /** Faults on demand. */
  readonly faults: Faults;
}
