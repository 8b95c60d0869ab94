import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApi } from "../../hcloud-simulator/src/server";
import { startDnsServer } from "./dns/server";
import type { DnsSource } from "../../hcloud-simulator/src/dnsSource";
import type { HostDriver } from "../../hcloud-simulator/src/driver";
import { createNspawnDriver } from "./hosts/nspawnDriver";
import { createNullDriver } from "../../hcloud-simulator/src/nullDriver";
import type { SandboxIdentity } from "./identity";
import { baseOf } from "./prepare";
import { Restartable } from "./restartable";
import { requireSandbox, sandboxPaths } from "./state";
import { startMirrors } from "./web/mirrors";

/** Handed over by the command line; the state file holds the rest. */
interface ServerArguments {
  readonly dir: string;
  readonly repositoryDir?: string;
}

type Closer = () => Promise<void>;

const dnsPort = 53;

/**
 * The sandbox's one process: the API, the hosts behind it, the name server and the package mirrors.
 * Ends on SIGTERM with the hosts off and their disks and the API's state kept.
 */
async function main(args: ServerArguments): Promise<void> {
  const { identity, state } = requireSandbox(args.dir);
  const paths = sandboxPaths(args.dir);
  const closers: Closer[] = [];
  const driver = state.apiOnly ? createNullDriver() : await startHosts(identity, closers);
  const services: Readonly<Record<string, Restartable>> = state.apiOnly
    ? {}
    : hostServices(identity, args, () => api.dns);

  const api = await createApi({
    storePath: join(paths.store, "store.lmdb"),
    token: state.token,
    driver,
    publicRanges: identity.network,
    services,
  });
  closers.unshift(() => api.close());
  for (const service of Object.values(services)) {
    await service.start();
    closers.unshift(() => service.stop());
  }

  const endpoint = await api.listen(identity.apiPort, "127.0.0.1");
  writeFileSync(paths.serverPid, `${process.pid.toString()}\n`);
  console.log(`${identity.name}: the API answers on ${endpoint}`);
  endOnSignal(closers, paths.serverPid);
}

async function startHosts(identity: SandboxIdentity, closers: Closer[]): Promise<HostDriver> {
  mkdirSync(sandboxPaths(identity.dir).logs, { recursive: true });
  const driver = await createNspawnDriver({ identity, base: baseOf });
  closers.push(() => driver.stop());
  return driver;
}

/** What hosts need around them, in the order in which it starts. */
function hostServices(
  identity: SandboxIdentity,
  args: ServerArguments,
  source: () => DnsSource,
): Record<"apt" | "dns", Restartable> {
  const { repositoryDir } = args;
  if (repositoryDir === undefined) throw new Error("--repository is needed");
  const { serviceIpv4, serviceIpv6 } = identity.network;
  const service = { a: serviceIpv4, aaaa: serviceIpv6 };
  // The name server goes on to answer for the mirrors while they are stopped.
  const fixed = new Map<string, typeof service>();
  return {
    apt: new Restartable(async () => {
      const addresses = { address: serviceIpv4, address6: serviceIpv6 };
      const mirrors = await startMirrors({ ...addresses, repositoryDir });
      for (const name of mirrors.names) fixed.set(name, service);
      return mirrors;
    }),
    dns: new Restartable(() =>
      startDnsServer({
        addresses: [serviceIpv4, serviceIpv6],
        port: dnsPort,
        source: source(),
        fixed,
      }),
    ),
  };
}

function endOnSignal(closers: readonly Closer[], pidFile: string): void {
  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    console.log(`${signal}: ending`);
    void (async () => {
      for (const close of closers) await close();
      rmSync(pidFile, { force: true });
      process.exit(0);
    })().catch((error: unknown) => {
      console.error("the sandbox did not end cleanly:", error);
      process.exit(1);
    });
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, end);
}

const [dir, repositoryDir] = process.argv.slice(2);
if (dir === undefined) {
  console.error("usage: server.ts DIR [REPOSITORY]; the sandbox's command line starts it");
  process.exit(2);
}
main({ dir, repositoryDir }).catch((error: unknown) => {
  console.error("the sandbox's server could not start:", error);
  process.exit(1);
});
