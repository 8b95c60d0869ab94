import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInteractive, UserError } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { run } from "../hosts/exec";
import { netnsFolder } from "../hosts/netns";
import { ensurePlace, type PlaceName } from "../hosts/places";
import { machineBundle, trustVariables, writeTrustBundle } from "../trust";
import { authorityFile } from "../web/authority";

/**
 * Gives a program the sandbox's resolver and trust store instead of the machine's, in a mount
 * namespace of its own. Arguments: resolv.conf, trust store, the machine's trust store, command...
 */
const enter = `
resolver=$1 trusted=$2 machine=$3
shift 3
# A resolver on the machine would be asked before resolv.conf.
if [[ -d /run/systemd/resolve ]]; then
  target=$(readlink -f /etc/resolv.conf)
  mount -t tmpfs tmpfs /run/systemd/resolve
  [[ -e $target ]] || touch "$target"
fi
mount --bind "$resolver" /etc/resolv.conf
[[ ! -e $machine ]] || mount --bind "$trusted" "$machine"
exec "$@"
`;

/** A program that runs in a place outside of the hosts, ready to be started. */
export interface PlacedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program in a place outside of the hosts. It resolves names and trusts authorities like a
 * host. Its home folder is one of the sandbox, with a trust store for browsers. Resolves to the exit
 * code.
 *
 * @throws UserError without root, or without real hosts
 */
export async function runFrom(
  sandbox: RunningSandbox,
  place: PlaceName,
  command: readonly string[],
): Promise<number> {
  requirePlaces(sandbox, "from");
  const home = join(sandbox.identity.dir, "client");
  await ensureTrustStore(home);
  const placed = await placeCommand(sandbox, place, command);
  return runInteractive(placed.command, placed.args, { ...placed.env, HOME: home });
}

/**
 * @param what the command of the sandbox, for the message
 * @throws UserError without root, or without real hosts
 */
export function requirePlaces({ state }: RunningSandbox, what: string): void {
  if (state.hosts !== "nspawn") {
    throw new UserError(
      `\`${what}\` needs the network of real hosts: start the sandbox with --hosts nspawn`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `\`${what}\` needs root, for network namespaces: run this with sudo, or as root`,
    );
  }
}

/** A program in a place outside of the hosts. The caller checks `requirePlaces` first. */
export async function placeCommand(
  { identity }: RunningSandbox,
  place: PlaceName,
  command: readonly string[],
): Promise<PlacedCommand> {
  const namespace = await ensurePlace(identity, place);
  const files = join(identity.dir, "client");
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const resolver = join(files, "resolv.conf");
  const { serviceIpv4, serviceIpv6 } = identity.network;
  writeFileSync(resolver, `nameserver ${serviceIpv4}\nnameserver ${serviceIpv6}\n`);
  const bundle = writeTrustBundle(identity.dir);
  return {
    command: "nsenter",
    args: [
      `--net=${join(netnsFolder, namespace)}`,
      ...["unshare", "--mount", "--propagation", "private"],
      ...["bash", "-euc", enter, "from", resolver, bundle, machineBundle, ...command],
    ],
    env: { ...process.env, ...trustVariables(bundle) },
  };
}

/**
 * Makes the database (NSS) in which browsers on Linux look for authorities besides the built-in
 * ones, in a home folder. It trusts the sandbox's authority. No-op when it exists.
 */
export async function ensureTrustStore(home: string): Promise<void> {
  const database = join(home, ".pki", "nssdb");
  if (existsSync(join(database, "cert9.db"))) return;
  mkdirSync(database, { recursive: true, mode: 0o700 });
  await run("certutil", ["-N", "-d", `sql:${database}`, "--empty-password"]);
  await run("certutil", [
    ...["-A", "-d", `sql:${database}`, "-n", "jitsi-hetzner sandbox", "-t", "C,,"],
    ...["-i", authorityFile()],
  ]);
}
