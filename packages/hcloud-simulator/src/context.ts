import type { HostDriver } from "./driver";

import type { Actions } from "./actions";
import type { Faults } from "./faults";
import type { KeyedQueue } from "./keyedQueue";
import type { Limits } from "./limits";
import type { PublicRanges } from "./publicRanges";
import type { Store } from "./store";

/** What a handler may use. One for each simulator; nothing is kept at module level. */
export interface Context {
  readonly store: Store;
  readonly actions: Actions;
  /** Real hosts, or none. Used inside actions, never while a request is answered. */
  readonly driver: HostDriver;
  /** Driver calls by server id: calls for one host run in order and do not overlap. */
  readonly driverCalls: KeyedQueue<number>;
  /** Where public addresses come from. */
  readonly publicRanges: PublicRanges;
  /** How much an account may have. */
  readonly limits: Limits;
  /** What is made to go wrong. */
  readonly faults: Faults;
}
