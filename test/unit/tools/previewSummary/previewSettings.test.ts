import { parse } from "yaml";
import { previewSettings } from "../../../../tools/previewSummary/previewSettings";

const example =
  "config:\n  jitsi-hetzner:domain: meet.example.org\n  jitsi-hetzner:jvbCount: '2'\n";

describe("the settings of a preview in the sandbox", () => {
  it("are those of the example", () => {
    expect(parse(previewSettings(example, "jitsi-hetzner"))).toEqual(parse(example));
  });

  it("bear the name of a project that `pulumi new` has made, whose own answers go first", () => {
    const answered = `${example}  my-meet:jvbCount: '3'\nencryptionsalt: v1:x\n`;
    expect(parse(previewSettings(answered, "my-meet"))).toEqual({
      config: { "my-meet:domain": "meet.example.org", "my-meet:jvbCount": "3" },
    });
  });

  it("hold nothing that is encrypted for another stack, and no token", () => {
    const secrets = `${example}  hcloud:token:\n    secure: v1:x\n  jitsi-hetzner:sshProxyPrivateKey:\n    secure: v1:y\n`;
    expect(parse(previewSettings(secrets, "jitsi-hetzner"))).toEqual(parse(example));
  });

  it("are none where the file is empty", () => {
    expect(parse(previewSettings("", "jitsi-hetzner"))).toEqual({ config: {} });
  });
});
