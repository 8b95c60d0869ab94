import type { ResourceValidationPolicy } from "@pulumi/policy";
import { ports as program } from "../../lib/constants";
import { resourceTypes } from "../../lib/resourceTypes";
import { known, openPorts, type FirewallRule } from "../rule";

/** Ports that only hosts of the cluster use. Source: Jitsi's handbook, Prosody's and Prometheus' defaults. */
const internal: readonly number[] = [
  program.xmppClient,
  program.jvbRest,
  program.jvbStart,
  program.jvbCopy,
  program.jibriControl,
  program.jicofoRest,
  // XMPP: server to server, BOSH and WebSocket behind nginx, components.
  5269,
  5280,
  5281,
  5347,
  // The bridge's public WebSocket behind nginx, and metrics of hosts, Prosody and Prometheus.
  9090,
  9100,
  9700,
];

export const internalPortsClosed: ResourceValidationPolicy = {
  name: "internal-ports-closed",
  description: "XMPP, REST and metrics ports are not open to the world.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      ports: { type: "array", items: { type: "integer", minimum: 1, maximum: 65_535 } },
    },
  },
  validateResource: (args, report) => {
    const { type, props } = args;
    if (type !== resourceTypes.firewall) return;
    const ports = args.getConfig<{ ports?: readonly number[] }>().ports ?? internal;
    const rules = known(() => props.rules as readonly FirewallRule[] | undefined) ?? [];
    for (const rule of rules) {
      const open = known(() => openPorts(rule, ports)) ?? [];
      if (open.length > 0) {
        report(
          `${rule.protocol} ${rule.port ?? "any port"} is open to the world and reaches ${open.join(", ")}; these are for the private network`,
        );
      }
    }
  },
};
