import { ConfigError, parseSettings } from "../../../../../lib/config/settings";
import { valid } from "../support";

const sshProxyHostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs bastion";

function problemsOf(sshProxy: string | undefined, hostKey: string | undefined) {
  try {
    parseSettings({ ...valid, sshProxy, sshProxyHostKey: hostKey });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("a bastion", () => {
  it.each([
    ["bastion.example.org", { user: "root", host: "bastion.example.org", port: 22 }],
    ["admin@192.0.2.7:2222", { user: "admin", host: "192.0.2.7", port: 2222 }],
    ["admin@[2001:db8::7]", { user: "admin", host: "2001:db8::7", port: 22 }],
  ])("is read from %s", (sshProxy, proxy) => {
    const raw = { ...valid, sshProxy, sshProxyHostKey: `${sshProxyHostKey}\n` };
    expect(parseSettings(raw).sshProxy).toEqual({ ...proxy, hostKey: sshProxyHostKey });
  });

  it.each([undefined, ""])("is none with %j, whatever the host key is", (sshProxy) => {
    const raw = { ...valid, sshProxy, sshProxyHostKey: "damaged" };
    expect(parseSettings(raw).sshProxy).toBeUndefined();
  });

  it("has no problem with its host key", () => {
    expect(problemsOf("admin@bastion.example.org:2222", sshProxyHostKey)).toEqual([]);
  });

  it.each(["ssh://bastion", "admin@", "a b@host", "host:port", "host:0", "host:65536", "::1"])(
    "is not %j: the message says what the value must be",
    (sshProxy) => {
      expect(problemsOf(sshProxy, sshProxyHostKey)).toEqual([
        {
          key: "sshProxy",
          reason: `is "${sshProxy}", but must be [user@]host[:port]`,
          fix: "pulumi config set sshProxy admin@bastion.example.org:22",
        },
      ]);
    },
  );

  it("needs its host key, and the message has the command that shows the key", () => {
    expect(problemsOf("bastion.example.org:2222", undefined)).toEqual([
      {
        key: "sshProxyHostKey",
        reason:
          "is not set, but is required with sshProxy; without it, another machine could take the place of the bastion",
        fix: `pulumi config set sshProxyHostKey "$(ssh-keyscan -t ed25519 -p 2222 bastion.example.org | cut -d' ' -f2-)"  # then compare it with the key on the bastion`,
      },
    ]);
  });

  it("never shows a private key that stands in the place of the host key", () => {
    const [problem] = problemsOf("bastion", "-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0");
    expect(problem?.reason).toContain("is a private key (not shown)");
    expect(JSON.stringify(problem)).not.toContain("c2VjcmV0");
  });
});
