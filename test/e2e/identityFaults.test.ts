import { expectNamedThenHealed, growThrough } from "./brokenBridge";
import { TestCluster } from "./harness";

/** Somebody who is not who they should be is refused; `up` says who and why, and is green once that is put right. */
describe("a wrong identity", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("identity-faults", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  it("refuses a web host with another XMPP certificate, and says so", async () => {
    const certificate = "/var/lib/prosody/auth.meet.example.test.crt";
    const key = "/var/lib/prosody/auth.meet.example.test.key";
    const restart = "systemctl restart prosody";
    const result = await growThrough(cluster, 2, {
      add: async () => {
        await cluster.mustOnHost(
          "web",
          `cp -pL ${certificate} /root/crt; cp -pL ${key} /root/key; ` +
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=auth.meet.example.test " +
            "-addext subjectAltName=DNS:auth.meet.example.test -keyout /root/k2 -out /root/c2 2>/dev/null; " +
            `cat /root/c2 > ${certificate}; cat /root/k2 > ${key}; ${restart}`,
        );
      },
      remove: async () => {
        await cluster.mustOnHost(
          "web",
          `cat /root/crt > ${certificate}; cat /root/key > ${key}; ${restart}`,
        );
      },
    });
    expectNamedThenHealed(result, "jvb-1", /certificate/i);
  }, 600_000);

  it("refuses an expired XMPP certificate, on the web host and on a bridge, and says so", async () => {
    const domain = "auth.meet.example.test";
    const certificate = `/var/lib/prosody/${domain}.crt`;
    const known = `/usr/local/share/ca-certificates/${domain}.crt`;
    const restartBridge =
      "update-ca-certificates --fresh >/dev/null; systemctl restart jitsi-videobridge2";
    // The same name and key with another end, as time would make it.
    const expired = await cluster.mustOnHost(
      "web",
      `cp -pL ${certificate} /root/valid; ` +
        `openssl x509 -in /root/valid -signkey /var/lib/prosody/${domain}.key -days -1 >/root/expired 2>/dev/null; ` +
        `cat /root/expired >${certificate}; systemctl restart prosody; cat /root/expired`,
    );
    const refused = await cluster.up("--replace", "**jitsi-web-configure");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/the certificate of auth\.meet\.example\.test, .* has expired/);

    const said = await cluster.mustOnHost(
      "jvb-0",
      `cp ${known} /root/valid; printf '%s\\n' '${expired}' >${known}; : >/var/log/jitsi/jvb.log; ${restartBridge}; ` +
        "for i in {1..60}; do grep -m1 'certificate has expired' /var/log/jitsi/jvb.log && break; sleep 0.5; done; " +
        "curl -fsS -H 'Accept: text/plain' http://127.0.0.1:8080/metrics | grep '^jitsi_jvb_mucs_joined '",
    );
    expect(said).toMatch(/certificate has expired/);
    expect(said).toMatch(/mucs_joined 0/);

    await cluster.mustOnHost("jvb-0", `cat /root/valid >${known}; ${restartBridge}`);
    await cluster.mustOnHost("web", `cat /root/valid >${certificate}; systemctl restart prosody`);
    const healed = await cluster.up();
    expect(healed.text).not.toContain("error:");
    expect(healed.code).toBe(0);
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
