import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { Simulator, token } from "./support/simulator";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc test";
const commandMs = 30_000;

/**
 * Debian's client is of 2022: it does not know zones, and shows data centers, which the API no
 * longer has.
 */
describe("the hcloud command line client", () => {
  let sim: Simulator;
  let home: string;

  beforeEach(async () => {
    sim = await Simulator.start();
    home = mkdtempSync(join(tmpdir(), "hcloud-"));
  });
  afterEach(async () => {
    await sim.closeWithoutUnhandled();
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs `hcloud <words>`. Words cannot contain spaces. */
  const hcloud = async (words: string): Promise<string> => {
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      HCLOUD_ENDPOINT: sim.endpoint,
      HCLOUD_TOKEN: token,
    };
    const options = { env, timeout: commandMs };
    return (await promisify(execFile)("hcloud", words.split(" "), options)).stdout;
  };
  const list = async (words: string) => (await hcloud(`${words} -o noheader`)).trim().split("\n");

  it("creates, lists, describes and deletes servers", async () => {
    writeFileSync(join(home, "key.pub"), publicKey);
    await hcloud(`ssh-key create --name key --public-key-from-file ${join(home, "key.pub")}`);
    const made = await hcloud(
      "server create --name web --type cx23 --image debian-12 --location fsn1 --ssh-key key --label role=web",
    );
    expect(made).toContain("IPv4: 198.18.24.16");
    expect(made).not.toContain("Root password");
    expect(await list("server list -o columns=name,status,ipv4,location")).toEqual([
      expect.stringMatching(/^web +running +198\.18\.24\.16/) as string,
    ]);
    const described = await hcloud("server describe web");
    expect(described).toMatch(/Name:\s+cx23/);
    expect(described).toMatch(/DNS:\s+static\.16\.24\.18\.198\.clients\.your-server\.de/);
    await hcloud("server poweroff web");
    await hcloud("server poweron web");
    await hcloud("server reboot web");
    await hcloud("server reset web");
    await hcloud("server shutdown web");
    await hcloud("server change-type --keep-disk web cx33");
    expect(await list("server list -o columns=type,status")).toEqual([
      expect.stringMatching(/^cx33 +running/) as string,
    ]);
    await hcloud("server set-rdns --hostname web.example.test web");
    await hcloud("server add-label web more=yes");
    await hcloud("server update --name renamed web");
    expect(await list("server list -l more=yes -o columns=name")).toEqual(["renamed"]);
    await hcloud("server enable-protection renamed delete rebuild");
    await expect(hcloud("server delete renamed")).rejects.toThrow("protected");
    await hcloud("server disable-protection renamed delete rebuild");
    await hcloud("server rebuild --image debian-13 renamed");
    await hcloud("server delete renamed");
    expect(await list("server list")).toEqual([""]);
    await hcloud("ssh-key delete key");
  }, 60_000);

  it("creates, applies, lists and deletes firewalls", async () => {
    await hcloud("server create --name web --type cx23 --image debian-12 --label role=web");
    await hcloud("firewall create --name fw");
    await hcloud(
      "firewall add-rule fw --direction in --protocol tcp --port 22 --source-ips 0.0.0.0/0 --source-ips ::/0",
    );
    await hcloud("firewall apply-to-resource fw --type server --server web");
    expect(await list("firewall list -o columns=name,rules_count,applied_to_count")).toEqual([
      expect.stringMatching(/^fw +1 Rule +1 Server \| 0 Label Selectors/) as string,
    ]);
    expect(await hcloud("firewall describe fw")).toMatch(/Server Name:\s+web/);
    await expect(hcloud("firewall delete fw")).rejects.toThrow("resource_in_use");
    await hcloud("firewall remove-from-resource fw --type server --server web");
    await hcloud("firewall apply-to-resource fw --type label_selector --label-selector role=web");
    await hcloud(
      "firewall remove-from-resource fw --type label_selector --label-selector role=web",
    );
    await hcloud(
      "firewall delete-rule fw --direction in --protocol tcp --port 22 --source-ips 0.0.0.0/0 --source-ips ::/0",
    );
    await hcloud("firewall delete fw");
  }, 60_000);

  it("creates networks and groups, and adds and removes servers", async () => {
    await hcloud("network create --name net --ip-range 10.0.0.0/16");
    await hcloud(
      "network add-subnet net --type cloud --network-zone eu-central --ip-range 10.0.1.0/24",
    );
    await hcloud("network add-route net --destination 10.100.0.0/24 --gateway 10.0.1.9");
    await hcloud("placement-group create --name group --type spread");
    const made = await hcloud(
      "server create --name web --type cx23 --image debian-12 --network net --placement-group group",
    );
    expect(made).toContain("10.0.1.1 (net)");
    expect(await hcloud("network describe net")).toMatch(/Gateway:\s+10\.0\.0\.1/);
    await hcloud("server change-alias-ips --network net --alias-ips 10.0.1.50 web");
    await hcloud("server detach-from-network --network net web");
    await hcloud("server attach-to-network --network net --ip 10.0.1.7 web");
    expect(await list("server list -o columns=private_net")).toEqual(["10.0.1.7 (net)"]);
    await hcloud("server remove-from-placement-group web");
    await hcloud("server poweroff web");
    await hcloud("server add-to-placement-group --placement-group group web");
    expect(await list("placement-group list -o columns=name,servers,type")).toEqual([
      expect.stringMatching(/^group +1 server +spread/) as string,
    ]);
    await hcloud("server delete web");
    await hcloud("placement-group delete group");
    await hcloud("network delete net");
  }, 60_000);

  it("shows the catalogue and primary IPs", async () => {
    expect(await list("location list -o columns=name")).toContain("fsn1");
    expect(await list("server-type list -o columns=name")).toContain("cx23");
    expect(await list("image list -o columns=name,type")).toContainEqual(
      expect.stringMatching(/^debian-12 +system/),
    );
    await hcloud("server create --name web --type cx23 --image debian-12");
    expect(await list("primary-ip list -o columns=type,assignee,dns")).toEqual([
      expect.stringMatching(/^ipv4 +Server web +static\.16\.24/) as string,
      expect.stringMatching(/^ipv6 +Server web +-/) as string,
    ]);
    for (const words of ["datacenter list", "datacenter describe fsn1-dc14"])
      await expect(hcloud(words)).rejects.toThrow(
        "this endpoint was removed, use /locations (deprecated_api_endpoint)",
      );
  }, 60_000);

  it("shows the API's error messages", async () => {
    const order = (words: string) => hcloud(`server create --name web ${words}`);
    await expect(order("--type cx21 --image debian-12")).rejects.toThrow(
      "server_type with name 'cx21' not found",
    );
    await expect(order("--type cpx31 --image debian-12 --location fsn1")).rejects.toThrow(
      "unsupported location for server type (invalid_input)",
    );
    await expect(order("--type cx23 --image debian-10")).rejects.toThrow("debian-10");
  }, 60_000);
});
