import type { HostDriver, HostSpec } from "../hosts/driver";
import type { SandboxNetwork } from "../identity";

import type { Actions } from "./actions";
import type { Lanes } from "./lanes";
import type { Store } from "./store";

/** The host driver, with what only some drivers can do. */
export interface ApiDriver extends HostDriver {
  /** Gives a host that is off other public addresses, from its next start on. */
  setPublicAddresses?(
    id: number,
    addresses: Pick<HostSpec, "publicIpv4" | "publicIpv6">,
  ): Promise<void>;
}

/** What a handler may use. One for each simulator; nothing is kept at module level. */
export interface Context {
  readonly store: Store;
  readonly actions: Actions;
  /** Real hosts, or none. Used inside actions, never while a request is answered. */
  readonly driver: ApiDriver;
  /** Keeps calls about one host in order. */
  readonly lanes: Lanes;
  readonly network: SandboxNetwork;
}
