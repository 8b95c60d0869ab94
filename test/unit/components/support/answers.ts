import { createHash } from "node:crypto";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import type { Answers } from "./mockEngine";

/** A number that follows from a text: the same resource has the same id in each run. */
function numberFrom(text: string): number {
  return createHash("sha256").update(text).digest().readUInt16BE();
}

const answer =
  (outputs: (args: MockResourceArgs, id: number) => Record<string, unknown> = () => ({})) =>
  (args: MockResourceArgs) => {
    const id = numberFrom(args.type + args.name);
    return {
      id: id.toString(),
      state: { ...(args.inputs as Record<string, unknown>), ...outputs(args, id) },
    };
  };

/** What each script prints. Public by nature, so not secret. */
function stdout({ inputs }: MockResourceArgs): string {
  const { create = "" } = inputs as { create?: string };
  if (create.includes("host/hostKey")) {
    return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\n";
  }
  if (create.includes("web/version")) {
    return '{"version":"2.0.11146-1","bridge":"2.3-307-g5a9c1e7f-1"}\n';
  }
  if (create.includes("node/check")) return '{"memoryMb":7940,"cores":4}\n';
  return create.includes("web/configure") ? "-----BEGIN CERTIFICATE-----\nMIIB\n" : "";
}

/** A Hetzner Cloud and hosts that answer at once. Everything that the program makes, and nothing else. */
export const answers: Answers = {
  "hcloud:index/network:Network": answer(),
  "hcloud:index/networkSubnet:NetworkSubnet": answer(),
  "hcloud:index/firewall:Firewall": answer(),
  "hcloud:index/placementGroup:PlacementGroup": answer(),
  "hcloud:index/sshKey:SshKey": answer(),
  "hcloud:index/primaryIp:PrimaryIp": answer(({ inputs }) =>
    (inputs as { type: string }).type === "ipv4"
      ? { ipAddress: "192.0.2.1" }
      : { ipAddress: "2001:db8:1::", ipNetwork: "2001:db8:1::/64" },
  ),
  "hcloud:index/server:Server": answer((_, id) => ({
    ipv4Address: `198.51.100.${(id % 250) + 1}`,
    ipv6Address: `2001:db8:${id.toString(16)}::1`,
  })),
  "hcloud:index/serverNetwork:ServerNetwork": answer(({ inputs }, id) => ({
    ip: (inputs as { ip?: string }).ip ?? `10.80.1.${id % 250}`,
  })),
  "hcloud:index/rdns:Rdns": answer(),
  "hcloud:index/zoneRrset:ZoneRrset": answer(),
  // Passwords of accounts are one known text; of seeds and of the copies' key each is its own.
  "random:index/randomPassword:RandomPassword": answer(({ name }) => ({
    result: /-seed$|-copy-key$|-turn-/.test(name) ? name : "theSecretOfTheBridges",
  })),
  "command:remote:CopyToRemote": answer(),
  "command:remote:Command": answer((args) => ({ stdout: stdout(args), stderr: "" })),
};
