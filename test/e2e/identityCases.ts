import type { TestCluster } from "./harness";

/**
 * A host that is not who it should be is refused; `up` says which and why, and a repair brings it back. For a cluster with
 * two bridges, which gets a third one.
 */
export function identityCases(running: () => TestCluster): void {
  const domain = "auth.meet.example.test";
  const certificate = `/var/lib/prosody/${domain}.crt`;
  const key = `/var/lib/prosody/${domain}.key`;
  const joined = `curl -fsS http://127.0.0.1:8888/stats | jq .bridge_selector.operational_bridge_count`;

  it("names a web host with another XMPP certificate; its repair brings it to jicofo and every bridge", async () => {
    await running().configure({ jvbCount: "3" });
    await running().mustOnHost(
      "web",
      "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=auth.meet.example.test " +
        `-addext subjectAltName=DNS:${domain} -keyout /root/key -out /root/crt 2>/dev/null; ` +
        `cat /root/crt >${certificate}; cat /root/key >${key}; systemctl restart prosody`,
    );
    const failed = await running().up();
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain("jvb-2 did not join the brewery");
    expect(failed.text).toContain(
      `the web host presents another certificate for ${domain} than the one that this bridge has: npm run repair -- web`,
    );
    const repaired = await running().tool("repair", "web", "--yes");
    expect([repaired.code, repaired.text]).toEqual([
      0,
      expect.stringContaining("restarting jicofo"),
    ]);
    expect(await running().mustOnHost("web", joined)).toBe("3");
    const jicofo = () => running().mustOnHost("web", "systemctl show -p MainPID --value jicofo");
    const before = await jicofo();
    expect((await running().tool("repair", "web", "--yes")).code).toBe(0);
    expect(await jicofo()).toBe(before);
  }, 600_000);

  it("goes on with an expired XMPP certificate that every host trusts, and warns", async () => {
    // The same name and key with another end, as time would make it.
    await running().mustOnHost(
      "web",
      `openssl x509 -in ${certificate} -signkey ${key} -not_before 20200101000000Z -not_after 20210101000000Z ` +
        `-out /root/expired && cat /root/expired >${certificate} && systemctl restart prosody`,
    );
    const repaired = await running().tool("repair", "web", "--yes");
    expect(repaired.text).toMatch(
      /WARNING: the certificate of auth\.meet\.example\.test has expired/,
    );
    expect(repaired.code).toBe(0);
    const ends = `openssl x509 -in ${certificate} -noout -checkend 0`;
    expect((await running().onHost("web", ends)).code).toBe(1);
    expect(await running().mustOnHost("web", joined)).toBe("3");
  }, 600_000);

  it("refuses two hosts swapped behind their addresses (wrong SSH host key), and says so", async () => {
    const undo = await running().swapAddresses("web", "jvb-0");
    const refused = await running().up("--replace", "**jitsi-jvb-0-files");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/host key/i);
    await undo();
    expect((await running().up()).code).toBe(0);
  }, 600_000);
}
