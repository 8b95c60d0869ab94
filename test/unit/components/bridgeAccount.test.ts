import { deployUsual } from "./support/cluster";
import { command, namesOf } from "./support/registered";
import { stepValues } from "./support/step";

jest.setTimeout(60_000);

describe("BridgeAccount", () => {
  it("gives another version of the account another name and password, before any bridge changes to it", async () => {
    const resources = await deployUsual({ jvbSecretVersion: 2 });
    const accounts = namesOf(resources, "command:remote:Command").filter((n) =>
      n.includes("account"),
    );
    expect(accounts).toEqual(["jitsi-web-account-v2"]);
    expect(command(resources, "jitsi-web-account-v2").inputs).toMatchObject({
      create: expect.stringMatching(/^jitsi-hetzner web\/account --code \S{16} set #/) as string,
      delete: "jitsi-hetzner web/account remove # jitsi-web-account-v2",
    });
    expect(stepValues(command(resources, "jitsi-web-account-v2")).USERNAME).toBe("jvb-2");
    const passwords = namesOf(resources, "random:index/randomPassword:RandomPassword");
    expect(passwords.filter((name) => !/-seed$|-turn-/.test(name))).toEqual([
      "jitsi-web-account-v2-password",
      "jitsi-certificate-copy-key",
    ]);
    for (const index of [0, 1]) {
      const files = command(resources, `jitsi-jvb-${index}-files`);
      const { dependencies } = files;
      expect(dependencies).toContain("command:remote:Command jitsi-web-account-v2");
      expect(stepValues(files).PROPERTIES).toContain("shard.USERNAME=jvb-2\n");
    }
  });
});
