import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { runInteractive } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { trustVariables, writeTrustBundle } from "../trust";

/** The host and port that curl connects to. */
export interface Target {
  readonly hostname: string;
  readonly port: string;
}

/**
 * Runs curl, which resolves the names in its URLs with the sandbox's name server and trusts the
 * sandbox's authority. Resolves to the exit code.
 */
export async function curlWithNames(
  { identity }: RunningSandbox,
  args: readonly string[],
): Promise<number> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([identity.network.serviceIpv4]);
  const resolved: string[] = [];
  for (const { hostname, port } of namedTargets(args)) {
    const addresses = await addressesOf(resolver, hostname);
    if (addresses.length > 0) {
      resolved.push("--resolve", `${hostname}:${port}:${addresses.join(",")}`);
    }
  }
  // Options of curl, such as --cacert, take precedence over the variable.
  const trust = trustVariables(writeTrustBundle(identity.dir));
  return runInteractive("curl", [...resolved, ...args], { ...process.env, ...trust });
}

/**
 * The targets with a host name among curl's arguments. Like curl, it reads an argument without a
 * scheme as http: `meet.example.test/x`. The value of an option, such as `Host: a` or `file.txt`,
 * can look like one; its name then does not resolve, which is harmless.
 */
export function namedTargets(args: readonly string[]): Target[] {
  return args.flatMap((arg) => {
    const url = /^(?:https?|wss?):\/\//i.test(arg) ? arg : `http://${arg}`;
    const plain = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#].*)?$/.test(arg);
    if ((url !== arg && !plain) || !URL.canParse(url)) return [];
    const { hostname, port, protocol } = new URL(url);
    if (hostname.startsWith("[") || isIP(hostname) !== 0) return [];
    return [{ hostname, port: port || (/^(?:http|ws):$/.test(protocol) ? "80" : "443") }];
  });
}

/**
 * Empty when the name does not exist or the name server does not answer. curl then reports the
 * problem itself.
 */
async function addressesOf(resolver: Resolver, hostname: string): Promise<string[]> {
  const none = (): string[] => [];
  const [ipv4, ipv6] = await Promise.all([
    resolver.resolve4(hostname).catch(none),
    resolver.resolve6(hostname).catch(none),
  ]);
  return [...ipv4, ...ipv6.map((address) => `[${address}]`)];
}
