import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { callAdmin, listServers } from "../../packages/sandbox/src/client";
import { goldenHosts, TestCluster } from "./harness";
import { identityCases } from "./identityCases";

/** Each `up` fails for one cause; the next cause is there when it is gone. In the end all is as it should be, once. */
describe("a stack that fails again and again", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("failures", 1, goldenHosts);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const refusals = [
    ["resource_limit_exceeded", "server limit reached", "raise its limit"],
    ["resource_unavailable", "error during placement", "there is none in fsn1 any more"],
    ["unauthorized", "the token you have provided is invalid", "refuses the token now"],
    ["server_error", "internal", "Hetzner's API has a problem"],
  ] as const;

  it("is finished by the last up, with no server twice", async () => {
    await cluster.configure({ jvbCount: "2" });
    const fault = (spec: object) => callAdmin(cluster.sandbox, "POST", "/faults", spec);
    for (const [code, message, hint] of refusals) {
      await fault({ kind: "fail", route: "POST /servers", code, message, times: 1 });
      const failed = await cluster.up();
      expect([code, failed.code]).not.toEqual([code, 0]);
      expect(failed.text).toContain("hcloud:index:Server (jitsi-jvb-1)");
      expect(failed.text).toContain(`${message} (${code})`);
      expect(failed.text).toMatch(new RegExp(`jitsi-jvb-1: .*${hint}.* pulumi up`));
    }
    await killDuringCreate(cluster, "jitsi-jvb-1");
    const locked = await cluster.up();
    expect(locked.text).toContain("currently locked");
    const found = await cluster.tool("doctor");
    expect(found.text).toMatch(/server +\d+ +jitsi-jvb-1-\w+ +an interrupted run created it/);
    expect(found.code).toBe(1);
    expect((await cluster.tool("doctor", "--repair", "--yes")).code).toBe(0);
    // An action in error leaves a server that is there and off.
    await fault({ kind: "action", command: "start_server", code: "action_failed", times: 1 });
    const halfMade = await cluster.up();
    expect(halfMade.text).toMatch(/fault on demand \(action_failed, \d+\)/);
    expect(halfMade.text).toMatch(/jitsi-jvb-1: .* did not finish it/);
    const healed = await cluster.up();
    expect(healed.text).toMatch(/server jitsi-jvb-1-\w+ was off: powered on/);
    expect(healed.code).toBe(0);
    expect(await listServers(cluster.sandbox)).toHaveLength(3);
    expect((await cluster.tool("doctor")).code).toBe(0);
  }, 900_000);

  it("has a bridge in disorder put right by a repair, and a healthy one left alone", async () => {
    const pid = () =>
      cluster.mustOnHost("jvb-0", "systemctl show -p MainPID --value jitsi-videobridge2");
    const before = await pid();
    expect((await cluster.tool("repair", "0", "--yes")).code).toBe(0);
    expect(await pid()).toBe(before);
    const settings = "/etc/jitsi/videobridge/jvb.conf";
    const original = await cluster.mustOnHost("jvb-0", `sha256sum < ${settings}`);
    await cluster.mustOnHost("jvb-0", `echo x > ${settings}; systemctl stop jitsi-videobridge2`);
    expect((await cluster.tool("repair", "jvb-0", "--yes")).code).toBe(0);
    expect(await cluster.mustOnHost("jvb-0", `sha256sum < ${settings}`)).toBe(original);
    const after = await cluster.pulumi("up", "--yes", "--expect-no-changes");
    expect(after.code).toBe(0);
  }, 300_000);

  it("names the command that brings Python back to a host, and the command does", async () => {
    const broken = await cluster.onHost("web", "rm /usr/bin/python3; jitsi-hetzner status");
    expect([broken.code, broken.text]).toEqual([78, expect.stringContaining("Nothing was done")]);
    const [, command = ""] = /on this host: (.*); then: pulumi up/.exec(broken.text) ?? [];
    await cluster.mustOnHost("web", command);
    expect(await cluster.mustOnHost("web", "jitsi-hetzner status")).toContain("As declared.");
  }, 120_000);

  describe("with a wrong identity", () => {
    identityCases(() => cluster);
  });

  it("gets a new web host at the old addresses when the old one is dead, and its bridges back", async () => {
    const { public_net: addresses, id } = await cluster.server("web");
    await cluster.command("fault", "host", "web", "kill");
    const state = (await cluster.mustPulumi("stack", "export")).stdout;
    const [urn = ""] = /urn:pulumi:[^"]*server:Server::jitsi-web(?=")/.exec(state) ?? [];
    const replaced = await cluster.up("--replace", urn);
    expect(replaced.text).toContain("jicofo finds every declared bridge: jvb-0");
    expect(replaced.code).toBe(0);
    const web = await cluster.server("web");
    expect(web.id).not.toBe(id);
    expect(web.public_net).toMatchObject({
      ipv4: { ip: addresses.ipv4?.ip },
      ipv6: { ip: addresses.ipv6?.ip },
    });
  }, 600_000);
});

/** An `up` that is killed while Hetzner makes a server, which it then never hears of. */
async function killDuringCreate(cluster: TestCluster, name: string): Promise<void> {
  // A server takes seconds then, as at Hetzner.
  await callAdmin(cluster.sandbox, "PUT", "/settings", { latency: "hetzner" });
  const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", cluster.stack];
  const run = spawn("pulumi", args, { env: cluster.env, stdio: "ignore" });
  const ended = new Promise((resolve) => run.on("exit", resolve));
  const isThere = async (): Promise<boolean> =>
    (await listServers(cluster.sandbox)).some((server) => server.name.startsWith(`${name}-`));
  for (let attempt = 0; attempt < 600 && !(await isThere()); attempt++) await sleep(100);
  run.kill("SIGKILL");
  await ended;
  await callAdmin(cluster.sandbox, "PUT", "/settings", { latency: "none" });
}
