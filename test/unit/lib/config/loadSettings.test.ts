import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../../../lib/config/loadSettings";

describe("loadSettings", () => {
  const key = "jitsi-hetzner:sshProxyPrivateKey";
  const load = (secretKeys: string[]) => {
    pulumi.runtime.setAllConfig(
      { "jitsi-hetzner:domain": "meet.example.org", [key]: "c2VjcmV0" },
      secretKeys,
    );
    return loadSettings();
  };
  beforeAll(async () => {
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "jitsi-hetzner",
    );
  });

  it("keeps the bastion's private key secret", async () => {
    expect(await pulumi.isSecret(load([key]).sshProxyPrivateKey ?? pulumi.output(""))).toBe(true);
  });

  it("refuses the bastion's private key in plain text, without showing it", () => {
    expect(() => load([])).toThrow(
      /sshProxyPrivateKey is stored in plain text .*\n +cat FILE \| pulumi config set --secret sshProxyPrivateKey/,
    );
    expect(() => load([])).not.toThrow(/c2VjcmV0/);
  });
});
