import { ConfigError, parseSettings } from "../../lib/config/settings";
import { planCluster } from "../../lib/plan/clusterPlan";
import { plannedHosts } from "../../lib/plan/plannedHosts";
import { memoryOfTypes } from "../../lib/plan/serverTypes";
import { checkHeaps } from "../../lib/preflight/heapCheck";
import { configKeys, type ConfigKey, type RawConfig } from "../../lib/config/problem";
import { formatProblem, type Problem } from "../../lib/problem";
import { plainPrivateKey } from "../../lib/config/sshProxy";

/** Wrong values as people write them, by key; what is said to each is made by the program itself. */
export const badInputs: Readonly<Record<ConfigKey, readonly string[]>> = {
  domain: [
    "",
    "https://meet.example.org/",
    "meet.example.org.",
    "Meet.Example.org",
    "192.0.2.1",
    "localhost",
    "a-name-that-is-by-far-too-long-for-the-host-name-of-a-bridge.example.org",
  ],
  jvbCount: ["four", "-1", "2.5", "500"],
  removedBridges: ["one", "[1,1]", "[7]"],
  drainingBridges: ["yes", "[2]", "[0,1]"],
  rollBridges: ["yes", "[2]"],
  localBridge: ["sometimes"],
  drainTimeout: ["30", "25h"],
  forceDrain: ["yes"],
  jvbSecretVersion: ["0"],
  webServerType: ["CX 21", "cax21"],
  jvbServerType: ["8 cores", "cax41"],
  bridgeHeapMb: ["4g", "64"],
  jicofoHeapMb: ["4g", "64"],
  location: ["Falkenstein"],
  image: ["ubuntu-24.04"],
  timezone: ["Berlin"],
  jitsiVersion: ["newest", "stable-10888"],
  jitsiAptRepository: ["http://mirror.example.org"],
  jitsiAptKeyFingerprint: ["2DC1389C"],
  sshAuthorizedKeys: [
    "~/.ssh/id_ed25519.pub",
    '["-----BEGIN OPENSSH PRIVATE KEY-----"]',
    '["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"]',
  ],
  dnsZone: ["https://example.org", "example.org.", "example.net"],
  adminCidrs: ['["203.0.113.7"]', '["203.0.113.7/24"]', '["203.0.113.0/33"]', "[]"],
  labels: ["video", '{"two words":"x"}', '{"stack":"x"}'],
  protect: ["yes"],
  sshProxy: ["ssh://bastion.example.org"],
  // With a bastion, beside which it is looked at.
  sshProxyHostKey: ["", "bastion.example.org ssh-ed25519 AAAA"],
  sshProxyPrivateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----"],
};

const valid: RawConfig = { domain: "meet.example.org" };

/** What the program says to a value. @throws where it takes it */
export function problemsOf(key: ConfigKey, value: string): readonly Problem[] {
  if (key === plainPrivateKey.key) return [plainPrivateKey];
  const beside = key === "sshProxyHostKey" ? { sshProxy: "bastion.example.org" } : {};
  try {
    parseSettings({ ...valid, ...beside, [key]: value });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error(`${key} "${value}" is no bad input: the program takes it`);
}

/** Too large for the machine, which is known when the type is. */
function heapExample(): string {
  const types = { web: "cx23", jvb: "cpx42" };
  const settings = parseSettings({ domain: "meet.example.org", bridgeHeapMb: "65536" });
  const hosts = plannedHosts(planCluster(settings), []);
  const asked = { ...settings, hasLocalBridge: false };
  const { problems } = checkHeaps(asked, hosts, types, memoryOfTypes());
  return example("bridgeHeapMb", "65536", problems);
}

/** The page that shows what is said to wrong settings, as it is seen. */
export function badInputPage(): string {
  const sections = configKeys.map((key) => {
    const examples = badInputs[key].map((value) => example(key, value, problemsOf(key, value)));
    const more = key === "bridgeHeapMb" ? [heapExample()] : [];
    return [`## ${key}\n`, "```", [...examples, ...more].join("\n\n"), "```"].join("\n");
  });
  return [
    "# Wrong settings, and what is said to them",
    `All problems of a stack are told at once, in the preview too, before anything is made. Whether Hetzner has a server type in stock, and whether the zone is there, is asked at the API: [deploy.md](deploy.md#checks-before-anything-is-created). \`adminCidrs\` with \`0.0.0.0/0\` is taken when it is given; the preview says what it means. Below, each value is followed by what is said to it.`,
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}

function example(key: ConfigKey, value: string, problems: readonly Problem[]): string {
  return [`${key}: ${value === "" ? "(empty)" : value}`, ...problems.map(formatProblem)].join("\n");
}
