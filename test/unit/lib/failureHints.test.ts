import { hintFor } from "../../../lib/failureHints";

const settings = { adminCidrs: ["203.0.113.0/24"], location: "fsn1" } as const;
const ofApi = (error: string) =>
  hintFor(
    { type: "hcloud:index/server:Server", error: `1 error occurred:\n\t* ${error}\n\n` },
    settings,
  );
const ofSsh = (error: string) => hintFor({ type: "command:remote:Command", error }, settings);

describe("hintFor", () => {
  it.each([
    [
      "dial tcp 203.0.113.7:2222: i/o timeout",
      "port 2222 of 203.0.113.7 does not answer. Is the machine on",
    ],
    ["dial tcp 203.0.113.7:22: connect: connection refused", "set the port of its SSH server"],
    ["ssh: handshake failed: ssh: host key mismatch", "set hostKey"],
    ["ssh: unable to authenticate, attempted methods [none publickey]", "deploymentPublicKey"],
    ["sudo: a password is required", "docs/existing-machines.md#prepare-a-machine"],
  ])("does not look for an existing machine at Hetzner: %s", (error, hint) => {
    const on = (name: string) => hintFor({ type: "command:remote:Command", error, name }, settings);
    expect(on("jitsi-node-berlin-2-setup")).toContain(hint);
    // These run on the web host.
    for (const part of ["access", "forward", "forward-removal", "serve", "drain"])
      expect(on(`jitsi-node-berlin-2-${part}`) ?? "").not.toContain(hint);
  });

  it("does not skip a drain that knows only the former web host, but has its bridge declared again", () => {
    const on = (name: string) =>
      hintFor(
        {
          type: "command:remote:Command",
          error: "ssh: handshake failed: ssh: host key mismatch",
          name,
        },
        settings,
      );
    for (const part of ["drain", "removal"])
      expect(on(`jitsi-local-${part}`)).toContain(
        "Declare local again (pulumi config set localBridge always), then: pulumi up",
      );
    expect(on("jitsi-jvb-1-drain")).toContain("Declare jvb-1 again (put its setting back)");
    expect(on("jitsi-web-configure")).not.toContain("again");
  });

  it.each([
    ["server limit reached (resource_limit_exceeded)", "raise its limit"],
    ["error during placement (resource_unavailable)", "there is none in fsn1 any more"],
    [
      "server could not be placed (placement_error, d5064a1f0bb9de4b)",
      "there is none in fsn1 any more",
    ],
    ["the token you have provided is invalid (unauthorized)", "hcloud:token"],
    ["limit of 3600 requests per hour reached (rate_limit_exceeded)", "wait some minutes"],
    ["name is already used (uniqueness_error, 2f6b)", "npm run doctor"],
    ["it went wrong (action_failed, 1010)", "(action 1010) and did not finish it"],
    ["internal (server_error)", "https://status.hetzner.com"],
    ["bad gateway (bad_gateway)", "https://status.hetzner.com"],
    ["server with ID '42' not found (not_found, 3f2a)", "pulumi refresh; then: pulumi up"],
    ["SSH key not found: 1026", "pulumi refresh; then: pulumi up"],
  ])("says what to do about Hetzner's %s", (error, hint) => {
    expect(ofApi(error)).toContain(hint);
  });

  it.each([
    ["after 40 failed attempts: dial tcp 192.0.2.1:22: i/o timeout", "open to 203.0.113.0/24"],
    ["after 40 failed attempts: dial tcp 192.0.2.1:22: connect: no route to host", "adminCidrs"],
    ["dial tcp 192.0.2.1:22: connect: connection refused", "192.0.2.1 answers, but has no SSH"],
    [
      "after 21 failed attempts: dial tcp 192.0.2.1:22: connect: network is unreachable",
      "If the server is gone (hcloud server list): pulumi refresh",
    ],
    [
      "dial unix /tmp/ssh-x/agent.7: connect: no such file or directory",
      "SSH_AUTH_SOCK is /tmp/ssh-x/agent.7, and no SSH agent answers there: unset SSH_AUTH_SOCK",
    ],
    ["ssh: handshake failed: ssh: host key mismatch", "another host answers"],
    [
      'ssh: handshake failed: ssh: no common algorithm for host key; we offered: ["ssh-ed25519"], peer offered: ["ecdsa-sha2-nistp256"]',
      "its server was rebuilt at Hetzner",
    ],
    [
      'ssh: no common algorithm for host key; we offered: ["ecdsa-sha2-nistp256"]',
      "docs/restore.md#replace-the-web-host",
    ],
    [
      "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none]",
      "docs/restore.md#restore-the-deployment-key",
    ],
    [
      'Process exited with status 1: running "bash -s -- # host/ready":\nWARNING: Your password has expired.\nPassword change required but no TTY available.\n',
      "root's password on that host has expired",
    ],
    ["wait: remote command exited without exit status or exit signal", "did the host reboot?"],
  ])("says what to do about a connection's %s", (error, hint) => {
    expect(ofSsh(error)).toContain(hint);
  });

  it("tells of a recorder that does not come back from the reboot into another kernel", () => {
    const error = "after 20 failed attempts: dial tcp 192.0.2.7:22: i/o timeout";
    const hint = (name: string) =>
      hintFor({ type: "command:remote:Command", name, error }, settings);
    expect(hint("jitsi-jibri-0-files")).toMatch(
      /^jibri-0 \(192.0.2.7\) may have rebooted into the standard kernel .*console.*hcloud server reset/,
    );
    expect(hint("jitsi-jvb-0-files")).toContain("adminCidrs");
    expect(hint("jitsi-jibri-0-kernel")).toContain("adminCidrs");
  });

  it("tells of an existing recorder that does not come back, and how to give the machine up", () => {
    const error = "after 20 failed attempts: dial tcp 203.0.113.7:22: connect: no route to host";
    const hint = (part: string) =>
      hintFor(
        { type: "command:remote:Command", name: `jitsi-node-paris-${part}`, error },
        settings,
      );
    expect(hint("files")).toMatch(/^paris \(203.0.113.7\) .* rebooted .* machine's console/);
    for (const part of ["files", "leave", "kernel"])
      expect(hint(part)).toContain("npm run drain:skip -- paris, and remove its entry");
  });

  it("names the bastion, where there is one, as what has to be let in", () => {
    const sshProxy = { user: "root", host: "bastion.example.org", port: 22, hostKey: "" };
    const error = "dial tcp 192.0.2.1:22: i/o timeout";
    expect(hintFor({ type: "command:remote:Command", error }, { ...settings, sshProxy })).toContain(
      "Is the bastion bastion.example.org in it?",
    );
  });

  it("leaves a script's own words alone", () => {
    expect(
      ofSsh('Process exited with status 1: running "bash -s -- # host/ready"'),
    ).toBeUndefined();
  });
});
