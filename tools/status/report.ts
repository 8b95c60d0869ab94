import type { CertificateFacts, Health, TurnFacts } from "../../remote/program/contract";
import { table } from "../table";
import type { BridgeStatus, FirewallStatus, HostStatus, RecorderStatus, Status } from "./status";

const verdicts: Readonly<Record<Status["verdict"], string>> = {
  equal: "as declared",
  different: "NOT as declared",
  unknown: "it is not known whether it is as declared",
};

/** The status as text. */
export function report(status: Status): string {
  const { stack, domain, verdict, counts, versions } = status;
  const said = (count: number | null): string => count?.toString() ?? "?";
  const sections = [
    `${domain} (stack ${stack}): ${verdicts[verdict]}`,
    hostTable(status.hosts),
    `${bridgeTable(status.bridges)}\nbridges: ${counts.declared} declared, ${said(counts.joined)} in jicofo's list, ${said(counts.operational)} operational, ${said(counts.draining)} draining`,
    recorderTable(status.recorders),
    firewallTable(status.firewalls),
    turnLine(status.turn),
    versions === null ? "" : table([["PACKAGE", "VERSION"], ...Object.entries(versions)]),
    certificateTable(status.certificates ?? []),
    list("Waits for you (docs/upgrade.md):", status.health === null ? [] : waiting(status.health)),
    list("The watch on the web host (newest last):", status.health?.watch ?? []),
    list("Not as declared:", status.differences),
    list("Could not be asked:", status.unknown),
    list("Notes:", status.notes),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** Upgrades and restarts that end meetings. They never happen by themselves. */
function waiting({ waiting: upgrades, outdated }: Health): string[] {
  return [
    ...upgrades.map(
      ({ package: name, installed, candidate }) => `${name} ${installed} -> ${candidate}`,
    ),
    ...outdated.map((unit) => `${unit} still runs with files that an upgrade has replaced`),
  ];
}

function hostTable(hosts: readonly HostStatus[]): string {
  const rows = hosts.map((host) =>
    [
      host.name ?? "(unknown)",
      host.server ?? host.id,
      host.serverType,
      host.location,
      host.status,
      host.ipv4,
      host.ipv6,
      host.privateIp,
    ].map(cell),
  );
  const heading = ["HOST", "SERVER", "TYPE", "LOCATION", "STATUS", "IPV4", "IPV6", "PRIVATE"];
  return table([heading, ...rows]);
}

function bridgeTable(bridges: readonly BridgeStatus[]): string {
  const rows = bridges.map((bridge) =>
    [
      bridge.name ?? "(unknown)",
      bridge.nickname,
      bridge.expected,
      seen(bridge),
      bridge.stress?.toFixed(2),
      bridge.conferences,
      bridge.participants,
      bridge.version,
    ].map(cell),
  );
  const heading = "BRIDGE NICKNAME EXPECTED SEEN STRESS CONFERENCES PARTICIPANTS VERSION".split(
    " ",
  );
  return table([heading, ...rows]);
}

function recorderTable(recorders: readonly RecorderStatus[]): string {
  if (recorders.length === 0) return "";
  const rows = recorders.map((one) =>
    [
      one.name ?? "(unknown)",
      one.nickname || null,
      one.expected,
      one.listed === null ? "?" : one.listed ? "in service" : "not there",
      one.busy,
      one.diskFreeBytes === null ? null : `${(one.diskFreeBytes / 1e9).toFixed(1)} GB`,
      one.uploadsWaiting,
      one.version,
      one.lastError || null,
    ].map(cell),
  );
  const heading = [
    "RECORDER",
    "NICKNAME",
    "EXPECTED",
    "SEEN",
    "NOW",
    "DISK LEFT",
    "UPLOADS WAITING",
    "VERSION",
    "LAST ERROR",
  ];
  return table([heading, ...rows]);
}

function firewallTable(firewalls: readonly FirewallStatus[]): string {
  if (firewalls.length === 0) return "";
  const rows = firewalls.map(({ name, role, hosts, rules, missing, added }) => [
    name,
    role === null ? "other" : "this stack",
    hosts.join(", ") || "-",
    ...[rules, missing, added].map(({ length }) => length.toString()),
  ]);
  const heading = ["FIREWALL", "OWNER", "HOSTS", "RULES", "MISSING", "NOT DECLARED"];
  return table([heading, ...rows]);
}

function turnLine(turn: TurnFacts | null): string {
  if (turn === null) return "";
  const { offeredSince, relays } = turn;
  const use = `relays in use: ${relays}`;
  if (offeredSince === null) return `TURN server: off${relays > 0 ? `; ${use}` : ""}`;
  return `TURN server: offered to browsers since ${new Date(offeredSince * 1000).toISOString()}; ${use}`;
}

function certificateTable(certificates: readonly CertificateFacts[]): string {
  if (certificates.length === 0) return "";
  const rows = certificates.map(({ name, ends, daysLeft, issuer }) => [
    name,
    daysLeft.toString(),
    ends,
    issuer,
  ]);
  return table([["CERTIFICATE", "DAYS LEFT", "ENDS", "ISSUER"], ...rows]);
}

function seen({ joined, operational, draining }: BridgeStatus): string {
  if (joined === null) return "?";
  if (!joined) return "not there";
  if (!operational) return "not operational";
  return draining ? "draining" : "in service";
}

const cell = (value: string | number | null | undefined): string => value?.toString() ?? "-";

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [title, ...lines.map((line) => `  ${line}`)].join("\n");
}
