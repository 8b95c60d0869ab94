import type { CloudServer } from "./cloudServers";
import type { Declared } from "./declared";
import type { StackFacts, StateServer } from "./stackFacts";
import type { HostStatus } from "./status";

export interface HostFacts {
  readonly declared: Declared;
  readonly state: StackFacts;
  /** Absent if Hetzner's API did not answer. */
  readonly servers?: readonly CloudServer[];
}

/** Compares the servers at Hetzner with the state and the settings. Pure. */
export function compareHosts(facts: HostFacts): {
  hosts: HostStatus[];
  differences: string[];
  /** Names of the hosts whose server is missing, does not run, or is not in the private network. */
  down: ReadonlySet<string>;
} {
  const { declared, state, servers } = facts;
  const { webHost, bridges, recorders } = declared.plan;
  const wanted: readonly string[] = [webHost, ...bridges, ...recorders].map(({ name }) => name);
  const isWanted = ({ name, isLeaving }: StateServer): boolean =>
    !isLeaving && wanted.includes(name);
  const missing = wanted.filter(
    (name) => !state.servers.some((server) => server.name === name && isWanted(server)),
  );
  const strangers = (servers ?? []).filter(
    ({ id }) => !state.servers.some((server) => server.id === id),
  );
  const cloudServer = ({ id }: StateServer): CloudServer | undefined =>
    servers?.find((server) => server.id === id);
  const hosts = [
    ...state.servers.map((server) =>
      hostStatus(server.name, isWanted(server), server.id, cloudServer(server)),
    ),
    ...missing.map((name) => hostStatus(name, true)),
    ...strangers.map((server) => hostStatus(null, false, server.id, server)),
  ].sort(byName);
  const isDown = (server: StateServer): boolean => {
    if (servers === undefined || !isWanted(server)) return false;
    const found = cloudServer(server);
    return found?.status !== "running" || found.privateIp === null;
  };
  return {
    hosts,
    down: new Set([...missing, ...state.servers.filter(isDown).map(({ name }) => name)]),
    differences: [
      ...missing.map((name) => `${name} is declared, but has no server: pulumi up`),
      ...state.servers.flatMap((server) =>
        serverDifferences(server, isWanted(server), servers && cloudServer(server), servers),
      ),
      ...strangers.map(
        ({ name, id }) =>
          `server ${name} (${id}) carries this stack's labels, but is not in its state: npm run doctor`,
      ),
    ],
  };
}

function serverDifferences(
  { name, id, privateIp }: StateServer,
  isWanted: boolean,
  server: CloudServer | undefined,
  servers: HostFacts["servers"],
): string[] {
  const called = `${name}'s server ${server?.name ?? id}`;
  const leftOver = isWanted ? [] : [`${called} is not declared, but still exists: pulumi up`];
  if (servers === undefined) return leftOver;
  if (server === undefined) {
    return [
      ...leftOver,
      `${called} does not exist at Hetzner any more: pulumi refresh, then pulumi up`,
    ];
  }
  if (!server.isLabelled) {
    return [...leftOver, `${called} has lost this stack's labels: pulumi refresh, then pulumi up`];
  }
  // An answer that also lacks the firewalls says nothing about the public network.
  if (name === "web" && server.ipv4 === null && server.firewalls !== null) {
    return [
      ...leftOver,
      `${called} has no public IPv4 address: pulumi preview  # says how to get it back`,
    ];
  }
  if (server.status === "running") {
    if (!isWanted || server.privateIp !== null) return leftOver;
    // A repair of the host cannot help: the step finds no interface with the address.
    const attach = privateIp === undefined ? "pulumi up" : "pulumi refresh, then pulumi up";
    return [`${called} is not in the private network: ${attach}`];
  }
  const repair = server.status === "off" ? "pulumi up" : "see Hetzner's console";
  return [...leftOver, `${called} is ${server.status}, but should be running: ${repair}`];
}

function hostStatus(
  name: string | null,
  declared: boolean,
  id?: string,
  server?: CloudServer,
): HostStatus {
  return {
    name,
    declared,
    id: id ?? null,
    server: server?.name ?? null,
    serverType: server?.serverType ?? null,
    location: server?.location ?? null,
    status: server?.status ?? null,
    ipv4: server?.ipv4 ?? null,
    ipv6: server?.ipv6 ?? null,
    privateIp: server?.privateIp ?? null,
  };
}

/** The web host, then the bridges by number, then the recorders, then unknown servers. */
export function byName(a: { name: string | null }, b: { name: string | null }): number {
  const rank = ({ name }: { name: string | null }): string =>
    name === null
      ? "3"
      : name === "web"
        ? "0"
        : name.startsWith("jibri-")
          ? `2${name}`
          : `1${name}`;
  return rank(a).localeCompare(rank(b), "en", { numeric: true });
}
