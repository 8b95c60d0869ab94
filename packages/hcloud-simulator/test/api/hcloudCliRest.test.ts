import { commandsNotRun } from "../../src/reference/hcloudCommands";
import { cliCommandsTested } from "../../src/reference/tests";

import { HcloudCli } from "./support/hcloudCli";
import { publicKey } from "./support/populate";

/** All commands of the hcloud client that hcloudCli.test.ts does not run. */
describe("the rest of the hcloud client's commands", () => {
  let cli: HcloudCli;
  const run = (words: string) => cli.run(words);

  beforeEach(async () => {
    cli = await HcloudCli.start();
  });
  afterEach(() => cli.close());

  const server = () => run("server create --name web --type cx23 --image debian-12");

  it("images and backups", async () => {
    await server();
    await run("server enable-backup web");
    await run("server create-image --type backup web");
    await run("server create-image --type snapshot --description mine web");
    const [row = ""] = await cli.rows(
      "image list --type snapshot -o columns=id,description,disk_size",
    );
    expect(row).toMatch(/^\d+ +mine +40 GB/);
    const [id = ""] = row.split(" ");
    await run(`image update --description ours ${id}`);
    await run(`image add-label ${id} a=b`);
    expect(await run(`image describe ${id}`)).toMatch(/Description:\s+ours[^]*a: b/);
    await run(`image remove-label ${id} a`);
    await run(`image enable-protection ${id} delete`);
    await expect(run(`image delete ${id}`)).rejects.toThrow("protected");
    await run(`image disable-protection ${id} delete`);
    await run(`server create --name copy --type cx23 --image ${id}`);
    await run(`image delete ${id}`);
    await run("server disable-backup web");
    expect(await cli.rows("image list --type backup")).toEqual([""]);
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("servers", async () => {
    await server();
    expect(await run("server ip web")).toBe("198.18.24.16\n");
    expect(await run("server ip --ipv6 web")).toBe("fd5a:6a68:3:10::1\n");
    await run("server add-label web a=b");
    await run("server remove-label web a");
    await run("server metrics --type cpu web -o json");
    cli.program("ssh", 'echo "$@"');
    expect(await run("server ssh web uptime")).toBe("-l root -p 22 198.18.24.16 uptime\n");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("console and password", async () => {
    await server();
    expect(await run("server request-console web")).toMatch(
      /^WebSocket URL: wss:\/\/\S+\?server_id=\d+&token=\S+\nVNC Password: \S{32}\n$/m,
    );
    expect(await run("server reset-password web")).toMatch(
      /^Password of server \d+ reset to: \S{20}\n$/m,
    );
    await run("server poweroff web");
    await expect(run("server reset-password web")).rejects.toThrow("server must be running");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("rescue and ISOs, which the host does not boot", async () => {
    await server();
    expect(await cli.rows("iso list -o columns=name")).toContain("debian-13.1.0-amd64-netinst.iso");
    await expect(run("iso describe x")).rejects.toThrow("iso not found: x");
    await expect(run("server attach-iso web debian-99.iso")).rejects.toThrow("ISO not found");
    await run("server attach-iso web debian-13.1.0-amd64-netinst.iso");
    await run("server enable-rescue web");
    expect((await cli.sim.get("/servers?name=web")).body.servers?.[0]).toMatchObject({
      iso: { name: "debian-13.1.0-amd64-netinst.iso" },
      rescue_enabled: true,
    });
    await run("server detach-iso web");
    await run("server disable-rescue web");
    expect((await cli.sim.get("/servers?name=web")).body.servers?.[0]).toMatchObject({
      iso: null,
      rescue_enabled: false,
    });
    expect(cli.sim.api.unhandled).toEqual([]);
    expect(await cli.rows("server list -o columns=status")).toEqual(["running"]);
  }, 60_000);

  it("networks", async () => {
    await run("network create --name net --ip-range 10.0.0.0/16 --label a=b");
    await run(
      "network add-subnet net --type cloud --network-zone eu-central --ip-range 10.0.1.0/24",
    );
    await run("network add-route net --destination 10.100.0.0/24 --gateway 10.0.1.9");
    await run("network change-ip-range --ip-range 10.0.0.0/12 net");
    await run("network add-label net c=d");
    await run("network remove-label net c");
    await run("network update --name net2 net");
    await run("network enable-protection net2 delete");
    await expect(run("network delete net2")).rejects.toThrow("protected");
    await run("network disable-protection net2 delete");
    expect(await cli.rows("network list -o columns=name,ip_range,labels")).toEqual([
      expect.stringMatching(/^net2 +10\.0\.0\.0\/12 +a=b/) as string,
    ]);
    await run("network remove-route net2 --destination 10.100.0.0/24 --gateway 10.0.1.9");
    await run("network remove-subnet --ip-range 10.0.1.0/24 net2");
    await run("network delete net2");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("firewalls, groups and keys", async () => {
    const rule = { direction: "in", protocol: "icmp", source_ips: ["0.0.0.0/0"] };
    await run("firewall create --name fw");
    await run(
      `firewall replace-rules fw --rules-file ${cli.file("rules", JSON.stringify([rule]))}`,
    );
    await run("firewall update --name fw2 fw");
    await run("firewall add-label fw2 a=b");
    await run("firewall remove-label fw2 a");
    expect(await run("firewall describe fw2")).toMatch(/Protocol:\s+icmp/);
    await run("firewall delete fw2");
    await run("placement-group create --name group --type spread");
    await run("placement-group update --name group2 group");
    await run("placement-group add-label group2 a=b");
    await run("placement-group remove-label group2 a");
    expect(await run("placement-group describe group2")).toMatch(/Type:\s+spread/);
    await run("placement-group delete group2");
    await run(`ssh-key create --name key --public-key-from-file ${cli.file("key.pub", publicKey)}`);
    await run("ssh-key update --name key2 key");
    await run("ssh-key add-label key2 a=b");
    await run("ssh-key remove-label key2 a");
    expect(await run("ssh-key describe key2")).toContain(publicKey);
    expect(await cli.rows("ssh-key list -o columns=name")).toEqual(["key2"]);
    await run("ssh-key delete key2");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("primary IPs, which this client of 2022 cannot create", async () => {
    const make = "primary-ip create --name ip --type ipv4";
    await expect(run(`${make} --datacenter fsn1-dc14`)).rejects.toThrow(
      "The API has no data centers any more: set a location instead of 'fsn1-dc14'",
    );
    // The client sends neither the server nor a location.
    await expect(run(`${make} --assignee-id 1001`)).rejects.toThrow("'location': Missing data");
    const ip = { name: "ip", type: "ipv4", location: "fsn1" };
    await cli.sim.done("POST", "/primary_ips", ip);
    const bare = { enable_ipv4: false, enable_ipv6: true };
    const id = await cli.sim.server({ public_net: bare, start_after_create: false });
    await run(`primary-ip assign ip --server ${id}`);
    expect(await cli.rows("server list -o columns=ipv4")).toEqual(["198.18.24.16"]);
    expect(await cli.rows("primary-ip list -o columns=name,type")).toContainEqual(
      expect.stringMatching(/^ip +ipv4/),
    );
    await run("primary-ip unassign ip");
    await run("primary-ip set-rdns --ip 198.18.24.16 --hostname a.test ip");
    await run("primary-ip update --name ip2 --auto-delete=true ip");
    await run("primary-ip enable-protection ip2");
    await expect(run("primary-ip delete ip2")).rejects.toThrow("protected");
    await run("primary-ip disable-protection ip2");
    expect(await run("primary-ip describe ip2")).toMatch(/a\.test/);
    await run("primary-ip delete ip2");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("floating IPs", async () => {
    await server();
    await run("floating-ip create --name ip --type ipv4 --home-location fsn1 --description mine");
    await run("floating-ip assign ip web");
    expect(await cli.rows("floating-ip list -o columns=name,ip,server")).toEqual([
      expect.stringMatching(/^ip +198\.18\.24\.17 +web$/),
    ]);
    await run("floating-ip set-rdns --ip 198.18.24.17 --hostname a.test ip");
    await run("floating-ip update --name ip2 --description ours ip");
    await run("floating-ip add-label ip2 a=b");
    expect(await run("floating-ip describe ip2")).toMatch(/ours[^]*a\.test[^]*a: b/);
    await run("floating-ip remove-label ip2 a");
    await run("floating-ip enable-protection ip2 delete");
    await expect(run("floating-ip delete ip2")).rejects.toThrow("protected");
    await run("floating-ip disable-protection ip2 delete");
    await expect(run("floating-ip delete ip2")).rejects.toThrow("must_be_unassigned");
    await run("floating-ip unassign ip2");
    await run("floating-ip delete ip2");
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("types and locations", async () => {
    expect(await run("server-type describe cx23")).toMatch(/Cores:\s+2/);
    expect(await run("location describe hel1")).toMatch(/Network Zone:\s+eu-central/);
    expect(await run("load-balancer-type list")).toMatch(/lb11/);
    expect(await run("load-balancer-type describe lb11")).toMatch(/Max Targets:\s+25/);
    expect(await run("image describe debian-12")).toMatch(/Type:\s+system/);
    expect(cli.sim.api.unhandled).toEqual([]);
  }, 60_000);

  it("what is not simulated", async () => {
    for (const what of ["volume", "certificate"])
      await expect(run(`${what} list`)).rejects.toThrow("not simulated");
    expect(cli.sim.api.unhandled).toHaveLength(2);
  }, 60_000);

  it("every command is run here or in hcloudCli.test.ts, or is excluded with a reason", async () => {
    const words = async (command: string) => {
      const help = await run(`${command} --help`.trim());
      const [, list = ""] = /^Available Commands:\n([^]*?)\n\n/m.exec(help) ?? [];
      return list.split("\n").map((line) => line.trim().split(" ")[0] ?? "");
    };
    const skipped = ["help", ...commandsNotRun.map(({ command }) => command)];
    const groups = (await words("")).filter((group) => !skipped.includes(group));
    const commands = await Promise.all(
      groups.map(async (group) => (await words(group)).map((word) => `${group} ${word}`)),
    );
    const tested = cliCommandsTested();
    expect(commands.flat().length).toBeGreaterThan(80);
    expect(commands.flat().filter((command) => !tested.has(command))).toEqual([]);
  }, 60_000);
});
