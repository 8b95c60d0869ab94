import type { HostDriver } from "./driver";
import type { SandboxNetwork } from "./identity";

import type { Actions } from "./actions";
import type { Faults } from "./faults";
import type { Lanes } from "./lanes";
import type { Limits } from "./limits";
import type { Store } from "./store";

/** What a handler may use. One for each simulator; nothing is kept at module level. */
export interface Context {
  readonly store: Store;
  readonly actions: Actions;
  /** Real hosts, or none. Used inside actions, never while a request is answered. */
  readonly driver: HostDriver;
  /** Keeps calls about one host in order. */
  readonly lanes: Lanes;
  readonly network: SandboxNetwork;
  /** How much an account may have. */
  readonly limits: Limits;
  /** What is made to go wrong. */
  readonly faults: Faults;
}
