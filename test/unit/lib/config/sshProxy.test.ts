import { parseSshProxy, sshProxyProblems } from "../../../../lib/config/sshProxy";

const hostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs bastion";

describe("parseSshProxy", () => {
  it.each([
    ["bastion.example.org", { user: "root", host: "bastion.example.org", port: 22 }],
    ["admin@192.0.2.7:2222", { user: "admin", host: "192.0.2.7", port: 2222 }],
    ["admin@[2001:db8::7]", { user: "admin", host: "2001:db8::7", port: 22 }],
  ])("reads %s", (text, proxy) => {
    expect(parseSshProxy(text, `${hostKey}\n`)).toEqual({ ...proxy, hostKey });
  });

  it.each([undefined, ""])("takes %j for no bastion", (text) => {
    expect(parseSshProxy(text, "")).toBeUndefined();
    expect(sshProxyProblems(text, undefined)).toEqual([]);
  });
});

describe("sshProxyProblems", () => {
  it("has nothing to say about a bastion with its host key", () => {
    expect(sshProxyProblems("admin@bastion.example.org:2222", hostKey)).toEqual([]);
  });

  it.each(["ssh://bastion", "admin@", "a b@host", "host:port", "host:0", "host:65536", "::1"])(
    "refuses %j and says what is needed",
    (text) => {
      expect(sshProxyProblems(text, hostKey)).toEqual([
        {
          key: "sshProxy",
          reason: `is "${text}"; [user@]host[:port] is needed`,
          fix: "pulumi config set sshProxy admin@bastion.example.org:22",
        },
      ]);
    },
  );

  it("refuses a bastion whose host key is not pinned, with the command that shows the key", () => {
    expect(sshProxyProblems("bastion.example.org:2222", undefined)).toEqual([
      {
        key: "sshProxyHostKey",
        reason: "is not set; without it anybody could stand in the place of the bastion",
        fix: `pulumi config set sshProxyHostKey "$(ssh-keyscan -t ed25519 -p 2222 bastion.example.org | cut -d' ' -f2-)"  # and compare it with the bastion's own`,
      },
    ]);
  });

  it("does not show a private key that stands in the place of the host key", () => {
    const [problem] = sshProxyProblems("bastion", "-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0");
    expect(problem?.reason).toContain("is a private key (not shown)");
    expect(JSON.stringify(problem)).not.toContain("c2VjcmV0");
  });
});
