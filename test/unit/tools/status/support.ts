import { parseSettings } from "../../../../lib/config/settings";
import type { RawConfig } from "../../../../lib/config/keys";
import { planCluster } from "../../../../lib/plan/clusterPlan";
import { firewallRules } from "../../../../lib/plan/firewallRules";
import type { CloudFirewall } from "../../../../tools/status/cloudFirewalls";
import type { CloudServer } from "../../../../tools/status/cloudServers";
import type { ClusterFacts } from "../../../../tools/status/compare";
import { ruleText } from "../../../../tools/status/firewallRules";
import type { Health, SeenBridge, WebFacts } from "../../../../remote/program/contract";

const brewery = "jvbbrewery@internal.auth.meet.example.test";

/** Of the healthy cluster, by the id of the server. */
const hostnames: Readonly<Record<string, string>> = {
  "10": "meet.example.test",
  "11": "jvb-0.meet.example.test",
  "12": "jvb-1.meet.example.test",
};

export const cloudServer = (
  id: string,
  name: string,
  firewalls = [id === "10" ? "20" : "21"],
): CloudServer => ({
  id,
  name,
  isLabelled: true,
  serverType: "cx23",
  location: "fsn1",
  status: "running",
  ipv4: `192.0.2.${id}`,
  ipv6: `2001:db8:${id}::/64`,
  privateIp: `10.80.1.${id}`,
  firewalls,
  reverseNames: [`192.0.2.${id}`, `2001:db8:${id}::1`].map((address) => ({
    address,
    name: hostnames[id] ?? "other.example.net",
  })),
});

const inService: Omit<SeenBridge, "jid" | "nickname"> = {
  operational: true,
  healthy: true,
  draining: false,
  ending: false,
  stress: 0.12,
  participants: 7,
  version: "2.3.307",
};

/** jicofo's list: nickname to what differs from a bridge in service. */
export const jicofo = (
  bridges: Readonly<Record<string, Partial<SeenBridge>>>,
): WebFacts["jicofo"] => ({
  version: "1.0.1189",
  bridges: Object.entries(bridges).map(([nickname, state]) => ({
    jid: `${brewery}/${nickname}`,
    nickname,
    ...inService,
    ...state,
  })),
});

export const health: Health = { failed: [], waiting: [], outdated: [], watch: [] };

export const web = (
  list: WebFacts["jicofo"],
  conferences: WebFacts["conferences"] = { "jvb-11": 2 },
  {
    jicofoProblem = "",
    expiredCertificates = [],
    certificates = [],
    certificateProblems = [],
    recorders = [],
    health: services = health,
    watchFault = "",
    watchFaults = {},
    turn = null,
  }: Partial<WebFacts> = {},
): ClusterFacts["web"] => ({
  facts: {
    jicofo: list,
    jicofoProblem,
    expiredCertificates,
    certificates,
    certificateProblems,
    versions: { jicofo: "1.0-1189-1" },
    conferences,
    recorders,
    health: services,
    watchFault,
    watchFaults,
    turn,
  },
});

const rules = {
  web: firewallRules("web"),
  jvb: firewallRules("jvb"),
  jibri: firewallRules("jibri"),
};

/** The healthy cluster's firewalls, as Hetzner has them. */
export const cloudFirewalls: readonly CloudFirewall[] = [
  { id: "20", name: "jitsi-firewall-web-a", rules: rules.web.map(ruleText) },
  { id: "21", name: "jitsi-firewall-jvb-b", rules: rules.jvb.map(ruleText) },
];

const planOf = (settings: RawConfig) =>
  planCluster(parseSettings({ domain: "meet.example.test", jvbCount: "2", ...settings }));

/** A cluster of a web host and two bridges in which everything is as it should be. */
export const healthy: ClusterFacts = {
  stack: "production",
  declared: {
    plan: planOf({}),
    firewallRules: rules,
  },
  state: {
    servers: [
      { name: "web", id: "10", isLeaving: false },
      { name: "jvb-0", id: "11", isLeaving: false },
      { name: "jvb-1", id: "12", isLeaving: false },
    ],
    firewalls: [
      { id: "20", role: "web", rules: rules.web.map(ruleText) },
      { id: "21", role: "jvb", rules: rules.jvb.map(ruleText) },
    ],
    bridgeOutputs: [
      { name: "jvb-0", nickname: "jvb-11" },
      { name: "jvb-1", nickname: "jvb-12" },
    ],
  },
  cloud: {
    facts: [
      cloudServer("10", "jitsi-web-a"),
      cloudServer("11", "jitsi-jvb-0-b"),
      cloudServer("12", "jitsi-jvb-1-c"),
    ],
  },
  firewalls: { facts: cloudFirewalls },
  undeployed: { facts: [] },
  web: web(jicofo({ "jvb-11": {}, "jvb-12": {} })),
};

/** The healthy cluster with other settings. */
export const declaring = (settings: RawConfig): ClusterFacts => ({
  ...healthy,
  declared: { ...healthy.declared, plan: planOf(settings) },
});
