import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { runInteractive } from "../cliSupport";
import type { RunningSandbox } from "../client";

/** What curl connects to. */
export interface Target {
  readonly hostname: string;
  readonly port: string;
}

/** curl that resolves the names in its URLs by the sandbox's name server. Resolves to the exit code. */
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
  return runInteractive("curl", [...resolved, ...args]);
}

/**
 * The targets among curl's arguments that have a name. As curl does, it takes an argument without a scheme for http:
 * `meet.example.test/x`. An option's value, such as `Host: a` or `file.txt`, may look like one; the name is not found then.
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

/** None where there is no such name, or no answer: curl says so in its own words. */
async function addressesOf(resolver: Resolver, hostname: string): Promise<string[]> {
  const none = (): string[] => [];
  const [ipv4, ipv6] = await Promise.all([
    resolver.resolve4(hostname).catch(none),
    resolver.resolve6(hostname).catch(none),
  ]);
  return [...ipv4, ...ipv6.map((address) => `[${address}]`)];
}
