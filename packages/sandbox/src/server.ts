import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApi } from "../../hcloud-simulator/src/server";
import { directoryHosts } from "./acme/directories";
import { AcmeService } from "./acme/service";
import { acmeDnsServer, DnsService } from "./dns/service";
import type { Service } from "../../hcloud-simulator/src/admin";
import type { DnsSource } from "../../hcloud-simulator/src/dnsSource";
import type { HostDriver } from "../../hcloud-simulator/src/driver";
import { isMachineId } from "./hosts/names";
import { createNspawnDriver } from "./hosts/nspawnDriver";
import { defaultSuite, imageOf } from "./hosts/releases";
import { createSimulatedDriver } from "./hosts/simulated/simulatedDriver";
import { createNullDriver } from "../../hcloud-simulator/src/nullDriver";
import type { AddressPair, SandboxIdentity } from "./identity";
import { readLists } from "./jitsi/lists";
import { PackageStore } from "./jitsi/packageStore";
import type { JitsiSource } from "./jitsi/source";
import { MachinesService } from "./machines/machinesService";
import { baseOf, layersOf, pebbleOf } from "./prepare";
import { Restartable } from "./restartable";
import { StorageService } from "./storage/service";
import { objectStorageName, storageBoxName } from "./storage/settings";
import { requireSandbox, sandboxPaths, type HostChoice } from "./state";
import { ensureRepository } from "./standIns/repository";
import { startMirrors, type MirroredRepository } from "./web/mirrors";

type Closer = () => Promise<void>;

/**
 * The single process of the sandbox: API, hosts, name server and package mirrors. On SIGTERM it
 * powers the hosts off and ends. The hosts' disks and the API's state stay.
 */
async function main(dir: string): Promise<void> {
  const { identity, state } = requireSandbox(dir);
  const paths = sandboxPaths(dir);
  const closers: Closer[] = [];
  const driver = await startHosts(identity, state, closers);
  const services: Readonly<Record<string, Service>> =
    state.hosts === "nspawn" ? await hostServices(identity, state.jitsi, () => api.dns) : {};

  const api = await createApi({
    storePath: join(paths.store, "store.lmdb"),
    token: state.token,
    driver,
    publicRanges: identity.network,
    services,
  });
  closers.unshift(() => api.close());
  await Promise.all(Object.values(services).map((service) => service.start()));
  for (const service of Object.values(services)) closers.unshift(() => service.stop());

  const endpoint = await api.listen(identity.apiPort, "127.0.0.1");
  writeFileSync(paths.serverPid, `${process.pid.toString()}\n`);
  console.log(`${identity.name}: the API answers on ${endpoint}`);
  endOnSignal(closers, paths.serverPid);
}

async function startHosts(
  identity: SandboxIdentity,
  choice: HostChoice,
  closers: Closer[],
): Promise<HostDriver> {
  mkdirSync(sandboxPaths(identity.dir).logs, { recursive: true });
  const driver = await createDriver(identity, choice);
  closers.push(() => driver.stop());
  return driver;
}

async function createDriver(
  identity: SandboxIdentity,
  { hosts, timesFile, image }: HostChoice,
): Promise<HostDriver> {
  switch (hosts) {
    case "nspawn":
      return createNspawnDriver({ identity, layers: layersOf(image) });
    case "simulated":
      return createSimulatedDriver({ identity, timesFile });
    case "none":
      return createNullDriver();
    default:
      return unknownKind(hosts);
  }
}

const unknownKind = (kind: never): never => {
  throw new Error(`unknown hosts: ${String(kind)}`);
};

/** Services that hosts need. They start together. */
async function hostServices(
  identity: SandboxIdentity,
  jitsi: JitsiSource | undefined,
  source: () => DnsSource,
): Promise<Record<"apt" | "dns" | "acme" | "storage" | "machines", Service>> {
  const repository = await repositoryOf(identity.dir, jitsi);
  const { serviceIpv4, serviceIpv6, reserved } = identity.network;
  const service = { a: serviceIpv4, aaaa: serviceIpv6 };
  const pair = ({ ipv4, ipv6 }: AddressPair): typeof service => ({ a: ipv4, aaaa: ipv6 });
  // The name server still answers for the other services while they are stopped.
  const fixed = new Map<string, typeof service>();
  for (const name of Object.values(directoryHosts)) fixed.set(name, pair(reserved.acme));
  fixed.set(objectStorageName, pair(reserved.objectStorage));
  fixed.set(storageBoxName, pair(reserved.storageBox));
  const pebble = await pebbleOf(console.log);
  const machines = await createNspawnDriver({
    identity,
    layers: layersOf("stock"),
    owns: isMachineId,
  });
  return {
    acme: new AcmeService(identity, pebble, acmeDnsServer(identity)),
    apt: new Restartable(async () => {
      const addresses = { address: serviceIpv4, address6: serviceIpv6 };
      const mirrors = await startMirrors({ ...addresses, repository });
      for (const name of mirrors.names) fixed.set(name, service);
      return mirrors;
    }),
    dns: new DnsService(identity, source, fixed),
    machines: new MachinesService(identity, machines),
    storage: new StorageService(identity, () => baseOf(imageOf[defaultSuite]), console.log),
  };
}

/** What hosts get at the address of Jitsi's repository. A sandbox without a source has stand-ins. */
async function repositoryOf(
  dir: string,
  source: JitsiSource | undefined,
): Promise<MirroredRepository> {
  if (source?.url === undefined) return { dir: (await ensureRepository()).dir };
  const { dir: lists, packages } = await readLists(sandboxPaths(dir).jitsi);
  const store = new PackageStore({ url: source.url, packages, log: console.log });
  return { dir: lists, packages: store };
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

const [dir] = process.argv.slice(2);
if (dir === undefined) {
  console.error("usage: server.ts DIR; the sandbox's command line starts it");
  process.exit(2);
}
main(dir).catch((error: unknown) => {
  console.error("the sandbox's server could not start:", error);
  process.exit(1);
});
