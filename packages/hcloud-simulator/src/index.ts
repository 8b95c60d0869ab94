export { createSimulator, type Simulator, type SimulatorOptions } from "./simulator";

export { createApi, type Api, type ApiOptions, type SimulatorStatus } from "./server";
export { adminPath } from "./adminPath";
export { ServiceCallError, type Service } from "./admin";
export type { DnsRecord, DnsSource } from "./dnsSource";
export type {
  AdoptedHost,
  FirewallRule,
  HostDriver,
  HostFaultOperation,
  HostSpec,
  PrivateAttachment,
  PublicAddresses,
} from "./driver";
export { hetznerLatency, noLatency, type Latency } from "./latency";
export type { PublicRanges } from "./publicRanges";
