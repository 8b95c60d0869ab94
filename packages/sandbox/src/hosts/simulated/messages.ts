import type { AdoptedHost, HostSpec } from "../../../../hcloud-simulator/src/driver";

/** What the process of the simulated hosts is asked to do, by the driver in the sandbox's server. */
export type HostRequest =
  | { readonly do: "create"; readonly spec: HostSpec }
  | { readonly do: "adopt"; readonly specs: readonly AdoptedHost[] }
  | { readonly do: "powerOn" | "powerOff" | "delete"; readonly id: number }
  | { readonly do: "setAddress"; readonly id: number; readonly publicIpv4?: string };

export interface NumberedRequest {
  readonly number: number;
  readonly request: HostRequest;
}

export interface Answer {
  readonly number: number;
  /** Why it failed; absent when it succeeded. */
  readonly error?: string;
}
