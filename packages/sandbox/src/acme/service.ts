import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ServiceCallError, type Service } from "../../../hcloud-simulator/src/admin";
import { parseFields } from "../../../hcloud-simulator/src/fields";
import { ensureClientNamespace } from "../hosts/clientNetwork";
import type { SandboxIdentity } from "../identity";
import { RestartableService } from "../restartable";
import { ensureAuthority, issueCertificate, makePrivateCertificate } from "../web/authority";
import { CountedFaults } from "../countedFaults";
import { caaCheck } from "./caa";
import { crossSign } from "./chain";
import { caaIdentities, directoryHosts, directoryNames, directoryUrl } from "./directories";
import { startFront, type AcmeDirectory, type Front } from "./front";
import { readAcmeFault, type AcmeFaults } from "./faults";
import { Ledger } from "./ledger";
import { pebbleName, startPebble } from "./pebble";
import type { PebbleBinary } from "./pebbleBinary";
import { acmeFolder, parseProfiles, readAcmeSettings, writeAcmeSettings } from "./settings";

/** Ports of pebble in its own namespace. Hosts use 443 of the sandbox's server instead. */
const pebblePorts = { acme: 14000, management: 15000 };
const hostHttpPort = 80;
const frontPort = 443;

/** Files for clients of the directory `internal`, in the sandbox's folder. */
export const internalCaFile = (dir: string): string => join(acmeFolder(dir), "internal-ca.pem");

/** What `status` shows. */
export interface AcmeStatus {
  /** Addresses of the directories by their short names. */
  readonly directories: Readonly<Record<string, string>>;
  readonly pebble: string;
  /** Lifetimes in seconds by profile. */
  readonly profiles: Readonly<Record<string, number>>;
  readonly counts: Ledger["directories"];
  readonly orders: Ledger["orders"];
}

/** The ACME server of the sandbox, which the admin interface can stop, start and ask. */
export class AcmeService extends RestartableService<Front> implements Service {
  private readonly ledger = new Ledger(directoryNames);
  private readonly faults: AcmeFaults = new CountedFaults();

  /** @param dnsServer `address:port` */
  constructor(
    private readonly identity: SandboxIdentity,
    private readonly binary: PebbleBinary,
    private readonly dnsServer: string,
  ) {
    super();
  }

  /**
   * `status` returns {@link AcmeStatus}. `restart` starts with new issuers and without accounts,
   * with other profiles if given. `fault` starts a fault, `faults` lists them, and `clear` ends one or
   * all.
   */
  async call(verb: string, body: unknown): Promise<unknown> {
    switch (verb) {
      case "status":
        return this.status();
      case "restart":
        return this.restart(body);
      case "fault":
        return { fault: this.faults.add(readAcmeFault(body)) };
      case "faults":
        return { faults: this.faults.all() };
      case "clear":
        return { cleared: this.faults.clear(parseFields({ id: { type: "integer" } }, body).id) };
      default:
        return undefined;
    }
  }

  private status(): AcmeStatus {
    return {
      directories: Object.fromEntries(directoryNames.map((name) => [name, directoryUrl(name)])),
      pebble: this.binary.source,
      profiles: readAcmeSettings(this.identity.dir).profiles,
      counts: this.ledger.directories,
      orders: this.ledger.orders,
    };
  }

  private async restart(body: unknown): Promise<AcmeStatus> {
    const { profiles: given } = (body ?? {}) as { profiles?: unknown };
    if (given !== undefined) {
      const profiles = parseProfiles(given);
      if (typeof profiles === "string") throw new ServiceCallError(profiles);
      if (Object.keys(profiles).length > 1 && !this.binary.hasProfiles) {
        throw new ServiceCallError(
          `the ACME server is a ${this.binary.source} without profiles; allowed: one profile. For more, install Go 1.21 or newer, then start the sandbox again`,
        );
      }
      writeAcmeSettings(this.identity.dir, { profiles });
    }
    await this.stop();
    await this.start();
    return this.status();
  }

  protected async begin(): Promise<Front> {
    const { identity, binary } = this;
    const { acme, acmeValidation } = identity.network.reserved;
    const dir = acmeFolder(identity.dir);
    const [namespace, tls, authority] = await Promise.all([
      ensureClientNamespace(identity, "acme", acmeValidation),
      issueCertificate([pebbleName]),
      ensureAuthority(),
    ]);
    const ca = await readFile(authority.certPath, "utf8");
    const address = acmeValidation.ipv4;
    const pebble = await startPebble({
      ...{ binary, dir, namespace, address, ports: pebblePorts, httpPort: hostHttpPort },
      ...{ tls: { ...tls, ca }, dnsServer: this.dnsServer },
      profiles: readAcmeSettings(identity.dir).profiles,
    });
    try {
      const front = await startFront({
        addresses: [acme.ipv4, acme.ipv6],
        port: frontPort,
        directories: await directories(identity.dir, pebble.root),
        upstream: {
          ...{ address, port: pebblePorts.acme, ca, name: pebbleName },
          intermediate: await crossSign(pebble.intermediate),
        },
        ledger: this.ledger,
        faults: this.faults,
        check: caaCheck(this.dnsServer),
        caaIdentities,
      });
      return {
        ...front,
        close: async () => {
          await front.close();
          await pebble.close();
        },
      };
    } catch (error) {
      await pebble.close();
      throw error;
    }
  }
}

async function directories(
  dir: string,
  pebbleRoot: string,
): Promise<Readonly<Record<string, AcmeDirectory>>> {
  const { production, staging, internal } = directoryHosts;
  const [productionTls, stagingTls, internalTls] = await Promise.all([
    issueCertificate([production]),
    issueCertificate([staging]),
    makePrivateCertificate(internal),
  ]);
  await writeFile(internalCaFile(dir), `${internalTls.cert.trim()}\n${pebbleRoot.trim()}\n`);
  return {
    production: { host: production, tls: productionTls, publiclyTrusted: true },
    staging: { host: staging, tls: stagingTls, publiclyTrusted: true },
    internal: { host: internal, tls: internalTls, publiclyTrusted: false },
  };
}
