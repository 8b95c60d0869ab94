import { TestCluster } from "./harness";

/** A host that is not who it should be is refused; `up` says which and why, and a repair brings it back. */
describe("a wrong identity", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("identity-faults", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const domain = "auth.meet.example.test";
  const certificate = `/var/lib/prosody/${domain}.crt`;
  const key = `/var/lib/prosody/${domain}.key`;
  const joined = `curl -fsS http://127.0.0.1:8888/stats | jq .bridge_selector.operational_bridge_count`;

  it("names a web host with another XMPP certificate; its repair brings it to jicofo and every bridge", async () => {
    await cluster.configure({ jvbCount: "2" });
    await cluster.mustOnHost(
      "web",
      "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=auth.meet.example.test " +
        `-addext subjectAltName=DNS:${domain} -keyout /root/key -out /root/crt 2>/dev/null; ` +
        `cat /root/crt >${certificate}; cat /root/key >${key}; systemctl restart prosody`,
    );
    const failed = await cluster.up();
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain("jvb-1 did not join the brewery");
    expect(failed.text).toContain(
      `the web host presents another certificate for ${domain} than the one that this bridge has: npm run repair -- web`,
    );
    const repaired = await cluster.tool("repair", "web", "--yes");
    expect([repaired.code, repaired.text]).toEqual([
      0,
      expect.stringContaining("restarting jicofo"),
    ]);
    expect(await cluster.mustOnHost("web", joined)).toBe("2");
    const jicofo = () => cluster.mustOnHost("web", "systemctl show -p MainPID --value jicofo");
    const before = await jicofo();
    expect((await cluster.tool("repair", "web", "--yes")).code).toBe(0);
    expect(await jicofo()).toBe(before);
  }, 600_000);

  it("goes on with an expired XMPP certificate that every host trusts, and warns", async () => {
    // The same name and key with another end, as time would make it.
    await cluster.mustOnHost(
      "web",
      `openssl x509 -in ${certificate} -signkey ${key} -not_before 20200101000000Z -not_after 20210101000000Z ` +
        `-out /root/expired && cat /root/expired >${certificate} && systemctl restart prosody`,
    );
    const repaired = await cluster.tool("repair", "web", "--yes");
    expect(repaired.text).toMatch(
      /WARNING: the certificate of auth\.meet\.example\.test has expired/,
    );
    expect(repaired.code).toBe(0);
    const ends = `openssl x509 -in ${certificate} -noout -checkend 0`;
    expect((await cluster.onHost("web", ends)).code).toBe(1);
    expect(await cluster.mustOnHost("web", joined)).toBe("2");
  }, 600_000);

  it("refuses two hosts swapped behind their addresses (wrong SSH host key), and says so", async () => {
    const undo = await cluster.swapAddresses("web", "jvb-0");
    const refused = await cluster.up("--replace", "**jitsi-jvb-0-files");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/host key/i);
    await undo();
    expect((await cluster.up()).code).toBe(0);
  }, 600_000);
});
