import { join } from "node:path";
import { ServiceCallError, type Service } from "../../../hcloud-simulator/src/admin";
import type { DnsSource } from "../../../hcloud-simulator/src/dnsSource";
import { parseFields } from "../../../hcloud-simulator/src/fields";
import { CountedFaults } from "../countedFaults";
import type { AddressPair, SandboxIdentity } from "../identity";
import { RestartableService, type Running } from "../restartable";
import { elsewhereNameServer, ElsewhereZones, publicSource } from "./elsewhere";
import {
  canonicalName,
  disturbBy,
  disturbedSource,
  knownType,
  readDnsFault,
  type DnsFaults,
  type DnsRole,
} from "./faults";
import { nameServers, type FixedNames } from "./resolve";
import { startDnsServer } from "./server";
import { toAnswer } from "./wire";

const dnsPort = 53;
/** In seconds, if a record names no other. */
const defaultTtl = 60;

/** Address of the resolver of the ACME server, `address:port`. */
export const acmeDnsServer = ({ network }: SandboxIdentity): string =>
  `${network.reserved.acmeDns.ipv4}:${dnsPort.toString()}`;

/** One of the sandbox's name servers. */
interface View {
  readonly addresses: AddressPair;
  readonly role: DnsRole;
  readonly source: DnsSource;
  /** Whether it answers for the names of the sandbox's services too. */
  readonly recursive: boolean;
}

/** The name servers of the sandbox, which the admin interface can stop, start and change. */
export class DnsService extends RestartableService implements Service {
  private readonly faults: DnsFaults = new CountedFaults();
  private readonly elsewhere: ElsewhereZones;

  /**
   * @param hetzner the zones of the API; asked for at the start
   * @param services names of the sandbox's own services
   */
  constructor(
    private readonly identity: SandboxIdentity,
    private readonly hetzner: () => DnsSource,
    private readonly services: FixedNames,
  ) {
    super();
    this.elsewhere = new ElsewhereZones(join(identity.dir, "dns.json"));
  }

  /**
   * `set`, `unset` and `records` are about zones that are not at Hetzner. `fault`, `faults` and
   * `clear` are about faults.
   */
  call(verb: string, body: unknown): Promise<unknown> {
    return Promise.resolve(this.answer(verb, body));
  }

  private answer(verb: string, body: unknown): unknown {
    switch (verb) {
      case "set":
        return this.set(body);
      case "unset": {
        const { name, type } = parseFields(
          { name: { type: "string" }, type: { type: "string" } },
          body,
        );
        const removed = this.elsewhere.unset(
          name === undefined ? undefined : canonicalName(name),
          type?.toUpperCase(),
        );
        return { removed };
      }
      case "records":
        return { records: this.elsewhere.all() };
      case "fault":
        return { fault: this.faults.add(readDnsFault(body)) };
      case "faults":
        return { faults: this.faults.all() };
      case "clear":
        return { cleared: this.faults.clear(parseFields({ id: { type: "integer" } }, body).id) };
      default:
        return undefined;
    }
  }

  private set(body: unknown): unknown {
    const text = { type: "string", min: 1, required: true } as const;
    const fields = parseFields(
      {
        ...{ name: text, type: { ...text, check: knownType }, zone: { type: "string", min: 1 } },
        ttl: { type: "integer", min: 1, max: 86_400 },
        values: { type: "array", items: { type: "string", min: 1 }, required: true },
      },
      body,
    );
    const name = canonicalName(fields.name);
    // Without a list of public suffixes: enough for names such as meet.example.org.
    const zone = canonicalName(fields.zone ?? name.split(".").slice(-2).join("."));
    if (name !== zone && !name.endsWith(`.${zone}`)) {
      throw new ServiceCallError(`${name} is not in the zone ${zone}`);
    }
    const { ttl = defaultTtl } = fields;
    const type = fields.type.toUpperCase();
    for (const data of fields.values) checkData({ name, type, ttl, data });
    this.elsewhere.set(zone, { name, type, ttl }, fields.values);
    return { records: this.elsewhere.all() };
  }

  protected async begin(): Promise<Running> {
    const { identity, faults, services } = this;
    const { serviceIpv4, serviceIpv6, reserved } = identity.network;
    const hetzner = this.hetzner();
    const elsewhere = this.elsewhere.source;
    const known = publicSource(hetzner, elsewhere);
    const views: readonly View[] = [
      // The resolver of the hosts.
      {
        addresses: { ipv4: serviceIpv4, ipv6: serviceIpv6 },
        ...{ role: "resolver", source: known, recursive: true },
      },
      {
        addresses: reserved.acmeDns,
        ...{ role: "authoritative", source: known, recursive: true },
      },
      {
        addresses: reserved.hetznerDns,
        ...{ role: "authoritative", source: hetzner, recursive: false },
      },
      {
        addresses: reserved.elsewhereDns,
        ...{ role: "authoritative", source: elsewhere, recursive: false },
      },
    ];
    const fixed = withNameServers(services, identity);
    const servers = await Promise.all(
      views.map(({ addresses, role, source, recursive }) =>
        startDnsServer({
          addresses: [addresses.ipv4, addresses.ipv6],
          port: dnsPort,
          source: disturbedSource(source, faults, role),
          fixed: recursive ? fixed : new Map(),
          recursive,
          disturb: disturbBy(faults, role),
        }),
      ),
    );
    return {
      close: async () => {
        await Promise.all(servers.map((server) => server.close()));
      },
    };
  }
}

/** @throws ServiceCallError for data that does not match the type */
function checkData(record: { name: string; type: string; ttl: number; data: string }): void {
  try {
    toAnswer(record);
  } catch (error) {
    throw new ServiceCallError(error instanceof Error ? error.message : String(error));
  }
}

/** The services and the name servers. The services can get names later, so they are asked each time. */
function withNameServers(services: FixedNames, { network }: SandboxIdentity): FixedNames {
  const { hetznerDns, elsewhereDns } = network.reserved;
  const pair = ({ ipv4, ipv6 }: AddressPair) => ({ a: ipv4, aaaa: ipv6 });
  const servers = new Map([
    ...nameServers.map((name) => [canonicalName(name), pair(hetznerDns)] as const),
    [elsewhereNameServer, pair(elsewhereDns)] as const,
  ]);
  return { get: (name) => services.get(name) ?? servers.get(name) };
}
