import type { RawConfig } from "../../../../../lib/config/keys";
import { parseSettings } from "../../../../../lib/config/settings";
import { planCluster, type ClusterPlan } from "../../../../../lib/plan/clusterPlan";
import type { CloudFacts, ServerFact, ServerTypeFact } from "../../../../../lib/hcloud/cloudFacts";
import type { EngineState, EngineResource } from "../../../../../lib/preflight/engineState";

/** The plan of a cluster with these settings. */
export const planOf = (settings: RawConfig): ClusterPlan =>
  planCluster(parseSettings({ domain: "meet.example.org", ...settings }));

const tb = 1024 ** 4;

interface TypeOptions {
  /** Net a month; 10 by default. */
  readonly price?: number;
  readonly architecture?: string;
  /** Where it is offered; in fsn1 and nbg1 by default. */
  readonly locations?: readonly string[];
  readonly soldOutIn?: readonly string[];
  /** From when it cannot be ordered in any location. */
  readonly until?: string;
}

/** A server type as the API tells it. */
export function serverType(
  name: string,
  [cores, memory, disk]: readonly [number, number, number],
  options: TypeOptions = {},
): ServerTypeFact {
  const { locations = ["fsn1", "nbg1"], soldOutIn = [], until } = options;
  const net = (options.price ?? 10).toFixed(10);
  return {
    name,
    architecture: options.architecture ?? "x86",
    cores,
    memory,
    disk,
    prices: locations.map((location) => ({
      location,
      price_monthly: { net },
      included_traffic: 20 * tb,
      price_per_tb_traffic: { net: "1.0000000000" },
    })),
    locations: locations.map((location) => ({
      name: location,
      available: !soldOutIn.includes(location),
      ...(until !== undefined && { deprecation: { unavailable_after: until } }),
    })),
  };
}

export const cx23 = serverType("cx23", [2, 4, 40], { price: 5.49 });
export const cpx42 = serverType("cpx42", [8, 16, 320], { price: 69.49 });

/** A server of the stack `production`. */
export function server(role: "web" | "jvb", index?: number, type = cpx42): ServerFact {
  return {
    id: 100 + (index ?? -1),
    name: `server-${role}-${index ?? ""}`,
    status: "running",
    labels: {
      project: "jitsi-hetzner",
      stack: "production",
      role,
      ...(index === undefined ? {} : { index: index.toString() }),
    },
    server_type: type,
  };
}

/** The server of a bridge, as the stack's state has it. */
export function stateServer(id: string, index: string): EngineResource {
  const name = `jitsi-jvb-${index}`;
  return {
    urn: `urn:pulumi:production::jitsi-hetzner::hcloud:index/server:Server::${name}`,
    type: "hcloud:index/server:Server",
    outputs: { id, name: `${name}-a`, labels: { role: "jvb", index } },
  };
}

/** A state with these servers of bridges, which the last `up` had too. */
export function stateOf(...resources: readonly EngineResource[]): EngineState {
  const bridges = resources.map(({ outputs }) => ({ nickname: `jvb-${String(outputs.id)}` }));
  return {
    resources: () => Promise.resolve(resources),
    outputs: () => Promise.resolve({ bridges }),
  };
}

/** A project with nothing in it, where everything can be had. */
export const emptyCloud: CloudFacts = {
  serverTypes: [cx23, cpx42],
  images: [{ status: "available", architecture: "x86" }],
  servers: [],
  primaryIps: [],
  networks: [],
  pricing: {
    currency: "EUR",
    primary_ips: [
      { type: "ipv4", prices: [{ location: "fsn1", price_monthly: { net: "0.5000000000" } }] },
    ],
  },
  zone: { mode: "primary", rrsets: [] },
};
