import { publicKey } from "./populate";
import { token } from "./simulator";

/** A repeatable random number generator: mulberry32. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Facts about the state that follow from the answers so far. */
export interface Promises {
  /** Resources whose creation was answered, by path and id, and whose deletion has not begun. */
  readonly alive: Map<string, { path: string; id: number; name: string }>;
  /** Resources whose deletion was answered as done. */
  readonly dead: Set<string>;
  operations: number;
}

export const newPromises = (): Promises => ({ alive: new Map(), dead: new Set(), operations: 0 });

const collections = {
  servers: "server",
  networks: "network",
  firewalls: "firewall",
  placement_groups: "placement_group",
  primary_ips: "primary_ip",
  zones: "zone",
  images: "image",
} as const;

type Path = keyof typeof collections;

const zone = { type: "cloud", network_zone: "eu-central", ip_range: "10.0.1.0/24" };
const rule = { direction: "in", protocol: "tcp", port: "22", source_ips: ["0.0.0.0/0"] };

/** Random requests, as a careless client would send them. The API may refuse them. */
export class RandomOperations {
  private serial = 0;

  constructor(
    private readonly endpoint: string,
    private readonly random: () => number,
    private readonly promises: Promises,
    private readonly prefix: string,
  ) {}

  /**
   * One operation.
   *
   * @throws Error when the connection breaks, or the answer is not one of the API
   */
  async step(): Promise<void> {
    const choice = this.random();
    if (choice < 0.4) await this.create();
    else if (choice < 0.6) await this.remove();
    else await this.change();
    this.promises.operations++;
  }

  private async create(): Promise<void> {
    const path = this.pick(Object.keys(collections) as Path[]) ?? "servers";
    const name = `${this.prefix}-${(this.serial++).toString()}`;
    const [url, body] = this.order(path, name);
    if (url === undefined) return;
    const answer = await this.send("POST", url, body);
    const thing = answer?.[collections[path]];
    if (thing) this.promises.alive.set(`${path}/${thing.id}`, { path, id: thing.id, name });
  }

  private order(path: Path, name: string): [url: string | undefined, body: object] {
    const maybe = (other: Path) => this.any(other).slice(0, this.random() < 0.5 ? 1 : 0);
    switch (path) {
      case "servers":
        return [
          "/servers",
          {
            name,
            server_type: "cx23",
            image: this.any("images")[0] ?? "debian-12",
            location: "fsn1",
            labels: { role: this.pick(["a", "b"]) },
            networks: maybe("networks"),
            firewalls: maybe("firewalls").map((firewall) => ({ firewall })),
            placement_group: maybe("placement_groups")[0],
            public_net: { ipv4: maybe("primary_ips")[0] ?? null, enable_ipv6: true },
          },
        ];
      case "networks":
        return ["/networks", { name, ip_range: "10.0.0.0/16", subnets: [zone] }];
      case "firewalls": {
        const selector = { type: "label_selector", label_selector: { selector: "role=a" } };
        return ["/firewalls", { name, rules: [rule], apply_to: [selector] }];
      }
      case "placement_groups":
        return ["/placement_groups", { name, type: "spread" }];
      case "primary_ips":
        return ["/primary_ips", { name, type: "ipv4", location: "fsn1" }];
      case "zones":
        return ["/zones", { name: `${name}.test`, mode: "primary" }];
      case "images": {
        const [server] = this.any("servers");
        const url = server === undefined ? undefined : `/servers/${server}/actions/create_image`;
        return [url, { description: name }];
      }
    }
  }

  private async remove(): Promise<void> {
    const target = this.pick([...this.promises.alive]);
    if (!target) return;
    const [key, { path }] = target;
    // From here on, until the answer arrives, it is unknown whether the resource exists.
    this.promises.alive.delete(key);
    const answer = await this.send("DELETE", `/${key}`);
    if (answer === undefined) this.promises.alive.set(...target);
    else if (path !== "servers") this.promises.dead.add(key);
  }

  private async change(): Promise<void> {
    const [server] = this.any("servers");
    const [dns] = this.any("zones");
    const action = (name: string, body: object) =>
      this.send("POST", `/servers/${server ?? 0}/actions/${name}`, body);
    const network = this.any("networks")[0] ?? 0;
    const changes = [
      () => action("poweroff", {}),
      () => action("poweron", {}),
      () => action("attach_to_network", { network }),
      () => action("detach_from_network", { network }),
      () => action("remove_from_placement_group", {}),
      () => action("change_type", { server_type: "cx33", upgrade_disk: false }),
      () =>
        this.send("PUT", `/servers/${server ?? 0}`, { labels: { role: this.pick(["a", "b"]) } }),
      () => this.send("GET", "/servers?per_page=50"),
      () =>
        this.send("POST", `/primary_ips/${this.any("primary_ips")[0] ?? 0}/actions/assign`, {
          assignee_id: server,
        }),
      () =>
        this.send("POST", `/zones/${dns ?? 0}/rrsets/www/A/actions/add_records`, {
          records: [{ value: `192.0.2.${Math.floor(this.random() * 200) + 1}` }],
        }),
      () => this.send("POST", "/ssh_keys", { name: this.prefix, public_key: publicKey }),
    ];
    await this.pick(changes)?.();
  }

  /** Ids of known resources of a kind, in random order. */
  private any(path: Path): number[] {
    const known = [...this.promises.alive.values()].filter((thing) => thing.path === path);
    const first = this.pick(known);
    return first ? [first.id] : [];
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  /** @returns the answer; undefined when the API refused the request */
  private async send(
    method: string,
    path: string,
    body?: object,
  ): Promise<Record<string, { id: number } | undefined> | undefined> {
    const response = await fetch(this.endpoint + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    if (!response.ok) return undefined;
    return text === "" ? {} : (JSON.parse(text) as Record<string, { id: number } | undefined>);
  }
}
