import { join } from "node:path";
import { hostNamespace } from "../../packages/sandbox/src/hosts/names";
import { findMachine } from "../../packages/sandbox/src/machines/machineClient";
import { portTable, type OpenPorts } from "../portTable";
import { must, runProgram, type TestCluster } from "./harness";
import { machineNft } from "./machineNft";

const program = join(__dirname, "programs/scan.py");

/** Notes the UDP ports of new packets that have passed all filters: a datagram has no other answer. */
const probe = `table inet probe {
  set seen { type inet_service; size 65536; flags dynamic; }
  chain input { type filter hook input priority 10; meta l4proto udp ct state new add @seen { udp dport }; }
}`;

/** Where a scan starts (a host, or outside), the host it is about, and its address. */
interface Scan {
  readonly source?: string;
  readonly target: string;
  readonly address: string;
  /** The row of the table that tells what it finds. */
  readonly row: Pick<OpenPorts, "host" | "from">;
}

/** All scans of a cluster: each host from each place, both address families. */
async function scansOf(cluster: TestCluster): Promise<Scan[]> {
  const names = ["web", "jvb-0", "jvb-1"];
  const scans: Scan[] = [];
  for (const target of names) {
    const host = target === "web" ? "web" : "bridge";
    const { public_net: publicNet } = await cluster.server(target);
    const row = (from: string): Scan["row"] => ({ host, from });
    const ipv6 = publicNet.ipv6?.ip.replace("::/64", "::1") ?? "";
    scans.push(
      { target, address: publicNet.ipv4?.ip ?? "", row: row("everywhere, IPv4") },
      { target, address: ipv6, row: row("everywhere, IPv6") },
    );
    const address = await cluster.mustOnHost(
      target,
      "ip -o -4 addr show dev enp7s0 | awk '{print $4}' | cut -d/ -f1",
    );
    for (const source of names.filter((name) => name !== target)) {
      const from =
        source === "web"
          ? "web host"
          : target === "web"
            ? "a bridge or recorder"
            : "another bridge";
      scans.push({ source, target, address, row: row(`${from}, private`) });
    }
  }
  return scans;
}

/** A program of this machine in the network of a host. */
async function inNetworkOf(
  cluster: TestCluster,
  host: string,
  command: readonly string[],
): Promise<string> {
  const { id } = await cluster.server(host);
  return inNamespace(hostNamespace(cluster.sandbox.identity, id), command);
}

async function inNamespace(namespace: string, command: readonly string[]): Promise<string> {
  const outcome = await runProgram("ip", ["netns", "exec", namespace, ...command]);
  return must(`${command.join(" ")} in ${namespace}`, outcome).stdout;
}

/** Runs `nft` in the network of a host. */
type Nft = (...args: string[]) => Promise<string>;

const nftIn =
  (namespace: string): Nft =>
  (...args) =>
    inNamespace(namespace, ["nft", ...args]);

/** The UDP ports of new packets since the last call. */
async function seenPorts(nft: Nft): Promise<number[]> {
  const listed = await nft("-j", "list", "set", "inet", "probe", "seen");
  await nft("flush", "set", "inet", "probe", "seen");
  const { nftables } = JSON.parse(listed) as { nftables: { set?: { elem?: number[] } }[] };
  return nftables.flatMap(({ set }) => set?.elem ?? []).sort((a, b) => a - b);
}

/** What answers on a machine that the API does not know, seen from outside. */
export interface MachinePorts {
  readonly tcp: readonly number[];
  /** `all` if no filter drops anything. */
  readonly udp: readonly number[] | "all";
}

/** Every port of a machine that the API does not know, from outside, over both address families. */
export async function scanMachine(
  cluster: TestCluster,
  name: string,
): Promise<Record<"ipv4" | "ipv6", MachinePorts>> {
  const machine = await findMachine(cluster.sandbox, name);
  const nft: Nft = (...args) => machineNft(cluster, name, args);
  await nft(probe);
  const scan = async (address: string): Promise<MachinePorts> => {
    await seenPorts(nft);
    const tcp = must("scan", await runProgram("python3", [program, address])).stdout;
    const udp = await seenPorts(nft);
    // A few datagrams of so many may be lost on a busy machine.
    return { tcp: JSON.parse(tcp) as number[], udp: udp.length > 60_000 ? "all" : udp };
  };
  try {
    return { ipv4: await scan(machine.ipv4), ipv6: await scan(machine.ipv6) };
  } finally {
    await nft("delete", "table", "inet", "probe");
  }
}

async function run(cluster: TestCluster, scan: Scan): Promise<{ tcp: number[]; udp: number[] }> {
  const { id } = await cluster.server(scan.target);
  const nft = nftIn(hostNamespace(cluster.sandbox.identity, id));
  await seenPorts(nft);
  const command = ["python3", program, scan.address];
  const tcp =
    scan.source === undefined
      ? must("scan", await runProgram("python3", command.slice(1))).stdout
      : await inNetworkOf(cluster, scan.source, command);
  return { tcp: JSON.parse(tcp) as number[], udp: await seenPorts(nft) };
}

/** What a scan found, and what the table says of it. */
export interface Scanned {
  readonly what: string;
  readonly open: { readonly tcp: readonly number[]; readonly udp: readonly number[] };
}

/** Every port of every host, from outside and from each neighbour in the private network. */
export async function scanCluster(
  cluster: TestCluster,
): Promise<{ found: Scanned[]; expected: Scanned[] }> {
  const scans = await scansOf(cluster);
  const targets = [...new Set(scans.map(({ target }) => target))];
  const table = portTable();
  const all = await Promise.all(
    targets.map(async (target) => {
      const probed = scans.filter((scan) => scan.target === target);
      const done: { found: Scanned; expected: Scanned }[] = [];
      await inNetworkOf(cluster, target, ["nft", probe]);
      // One after the other: the probe tells no sources apart.
      for (const scan of probed) {
        const { host, from } = scan.row;
        const row = table.find((one) => one.host === host && one.from === from);
        if (row === undefined) throw new Error(`docs/ports.md has no row ${host}, ${from}`);
        const what = `${target} from ${scan.source ?? from}`;
        done.push({
          found: { what, open: await run(cluster, scan) },
          expected: { what, open: { tcp: row.tcp, udp: row.udp } },
        });
      }
      await inNetworkOf(cluster, target, ["nft", "delete", "table", "inet", "probe"]);
      return done;
    }),
  );
  const flat = all.flat();
  return {
    found: flat.map(({ found }) => found),
    expected: flat.map(({ expected }) => expected),
  };
}
