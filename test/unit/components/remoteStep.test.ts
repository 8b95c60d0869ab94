import * as pulumi from "@pulumi/pulumi";
import { stdinOf } from "../../../components/remoteStep";
import { deployUsual } from "./support/cluster";
import type { Registered } from "./support/mockEngine";
import { command } from "./support/registered";

jest.setTimeout(60_000);

const long = "a long text ".repeat(20);

describe("remoteStep", () => {
  let two: Registered[];
  beforeAll(async () => {
    two = await deployUsual();
  });

  describe("every remote step", () => {
    const each = (check: (step: Registered) => void): void => {
      const steps = two.filter(({ type }) => type === "command:remote:Command");
      expect(steps.length).toBeGreaterThan(13);
      steps.forEach(check);
    };

    it("pins the host key and waits longer for a fresh host than for one that was reached before", () => {
      each(({ name, inputs }) => {
        expect(inputs.connection).toMatchObject({
          user: "root",
          hostKey: expect.stringMatching(/^(ssh-ed25519|ecdsa-sha2-nistp256) AAAA/) as string,
          privateKey: expect.stringContaining("-----BEGIN PRIVATE KEY-----") as string,
          dialErrorLimit: name.endsWith("-host-key") ? 40 : 20,
        });
      });
    });

    it("pins the bootstrap key in the first contact only", () => {
      each(({ name, inputs }) => {
        const { hostKey } = inputs.connection as { hostKey: string };
        expect(hostKey.startsWith("ecdsa")).toBe(name.endsWith("-host-key"));
      });
    });

    it("has a short command text, and little more than its values on stdin", () => {
      each(({ name, inputs }) => {
        const isContact = name.endsWith("-host-key");
        const isSetup = name.endsWith("-setup");
        for (const text of [inputs.create, inputs.update, inputs.delete]) {
          const start = isContact ? "bash -s --" : isSetup ? "a=/var/lib/" : "jitsi-hetzner ";
          expect(text ?? start).toMatch(new RegExp(`^${start}.{0,${isSetup ? 450 : 110}}$`));
        }
        expect((inputs.stdin as string).length).toBeLessThan(isContact ? 1_600 : 6_000);
        expect(inputs.environment).toBeUndefined();
        expect(inputs.addPreviousOutputInEnv).toBe(false);
        expect(inputs.logging).toBe("stderr");
      });
    });

    it("depends on what cannot be without it, not on a list: the state holds each list twice", () => {
      each(({ name, dependencies }) => {
        const most = /-(restart|drain|certificate)$/.test(name) ? 15 : 11;
        expect([name, dependencies.length <= most]).toEqual([name, true]);
      });
    });

    it("runs the first contact once in a server's life", () => {
      const { ignoreChanges, inputs } = command(two, "jitsi-jvb-0-host-key");
      expect(ignoreChanges).toEqual(expect.arrayContaining(["create", "stdin", "connection"]));
      expect(inputs.triggers).toHaveLength(1);
    });
  });

  it("packs the settings of bridges, of which the state has the most", () => {
    const packed = two.filter(({ inputs }) => String(inputs.stdin).includes('"packed"'));
    expect(packed.map(({ name }) => name).sort()).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
    ]);
    for (const { inputs, secretInputs } of packed) {
      expect(inputs.delete).toBeUndefined();
      expect(secretInputs).toContain("stdin");
    }
  });

  it.each([
    ["a secret", pulumi.secret(long), true, "packed"],
    [
      "a secret of a step with a delete, which an older program may run",
      pulumi.secret(long),
      false,
      "values",
    ],
    ["what is no secret, so that previews show it", long, true, "values"],
    ["a secret that would be longer packed", pulumi.secret("short"), true, "values"],
  ])("packs or keeps plain: %s", async (_, value, packsSecrets, field) => {
    const text = stdinOf<"host/hostKey">({ JVB_SECRET: value } as never, packsSecrets);
    expect(await pulumi.isSecret(text)).toBe(pulumi.Output.isInstance(value));
    const found = await new Promise<string>((resolve) => void text.apply(resolve));
    expect(Object.keys(JSON.parse(found) as object)).toEqual(["version", field]);
  });

  it("makes no secret of scripts without one: the engine pays for each with memory, at each step", () => {
    const secret = two.filter(({ secretInputs }) => secretInputs.includes("stdin"));
    expect(secret.map(({ name }) => name).sort()).toEqual([
      "jitsi-certificate",
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-web-account-v1",
      "jitsi-web-turn",
    ]);
  });

  it("reaches every host through the bastion, whose key is secret and whose host key is pinned", async () => {
    const sshProxy = { user: "admin", host: "192.0.2.7", port: 2222, hostKey: "ssh-ed25519 AAAA" };
    const resources = await deployUsual({ sshProxy, sshProxyPrivateKey: "bastion's key" });
    const steps = resources.filter(({ type }) => type === "command:remote:Command");
    expect(steps.length).toBeGreaterThan(10);
    for (const { inputs, secretInputs } of steps) {
      expect(inputs.connection).toMatchObject({
        proxy: { ...sshProxy, privateKey: "bastion's key", dialErrorLimit: 20, perDialTimeout: 10 },
      });
      expect(secretInputs).toContain("connection");
    }
  });

  it("leaves the key for the bastion to an SSH agent where none is set", async () => {
    const sshProxy = { user: "admin", host: "192.0.2.7", port: 2222, hostKey: "ssh-ed25519 AAAA" };
    const resources = await deployUsual({ sshProxy, sshProxyPrivateKey: "" });
    const { inputs } = command(resources, "jitsi-web-configure");
    expect(inputs.connection).toMatchObject({ proxy: sshProxy });
    expect((inputs.connection as { proxy: object }).proxy).not.toHaveProperty("privateKey");
  });
});
