import { idOf, type Json, type Simulator } from "./simulator";

export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc test";

export interface Populated {
  readonly key: number;
  readonly network: number;
  readonly group: number;
  readonly firewall: number;
  readonly server: number;
  readonly primaryIp: number;
  readonly floatingIp: number;
  readonly loadBalancer: number;
  readonly image: number;
  readonly zone: number;
}

/**
 * Creates one of each resource, connected like in a cluster.
 *
 * @param labels of all resources
 */
export async function populate(
  sim: Simulator,
  labels: Readonly<Record<string, string>> = {},
): Promise<Populated> {
  const make = async (path: string, one: string, body: object): Promise<number> => {
    const answer: Json = await sim.done("POST", path, { labels, ...body });
    return idOf(answer[one]);
  };
  const key = await make("/ssh_keys", "ssh_key", { name: "key", public_key: publicKey });
  const network = await make("/networks", "network", {
    name: "net",
    ip_range: "10.0.0.0/16",
    subnets: [{ type: "cloud", ip_range: "10.0.1.0/24", network_zone: "eu-central" }],
  });
  const group = await make("/placement_groups", "placement_group", {
    name: "group",
    type: "spread",
  });
  const firewall = await make("/firewalls", "firewall", {
    name: "fw",
    rules: [{ direction: "in", protocol: "tcp", port: "22", source_ips: ["0.0.0.0/0", "::/0"] }],
    apply_to: [{ type: "label_selector", label_selector: { selector: "role=web" } }],
  });
  const primaryIp = await make("/primary_ips", "primary_ip", {
    name: "ip",
    type: "ipv4",
    location: "fsn1",
  });
  const server = await make("/servers", "server", {
    name: "web-1",
    server_type: "cx23",
    image: "debian-12",
    location: "fsn1",
    ssh_keys: ["key"],
    networks: [network],
    placement_group: group,
    firewalls: [{ firewall }],
    labels: { ...labels, role: "web" },
    public_net: { enable_ipv4: true, ipv4: primaryIp, enable_ipv6: true },
  });
  const image = await make(`/servers/${server}/actions/create_image`, "image", {
    description: "s",
  });
  const zone = await make("/zones", "zone", { name: "b.test", mode: "primary" });
  await make(`/zones/${zone}/rrsets`, "rrset", {
    name: "@",
    type: "A",
    records: [{ value: "192.0.2.1" }],
  });
  const floatingIp = await make("/floating_ips", "floating_ip", {
    name: "floating",
    type: "ipv4",
    server,
  });
  const loadBalancer = await make("/load_balancers", "load_balancer", {
    name: "balancer",
    load_balancer_type: "lb11",
    location: "fsn1",
  });
  return {
    key,
    network,
    group,
    firewall,
    server,
    primaryIp,
    floatingIp,
    loadBalancer,
    image,
    zone,
  };
}
