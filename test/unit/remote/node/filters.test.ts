import { existsSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => {
  host.end();
});

/** sshd listens on 22 and 2222; `loaded` is whether the table is there. */
const world = (loaded: boolean): string => `
  ${recorded({
    systemctl: "",
    "systemd-run": "",
    nft: `if [[ $1 == list ]]; then ${loaded ? "return 0" : "return 1"}; fi; [[ $1 != -f ]] || cat >"$root/loaded"`,
  })}
  root=${host.root}
  sshd() { printf 'port 22\\nport 2222\\n'; }
  ss() { :; }
`;

const run = (code: string, loaded = true): Outcome =>
  host.run("node/filter", scriptFixtures["node/filter"], `${world(loaded)}\n${code}`, [
    "/etc/",
    "/var/lib/",
  ]);

const callsOf = ({ stdout }: Outcome): string[] =>
  stdout.split("\n").map((line) => line.split(" ").slice(0, 3).join(" "));

describe("the packet filter of a machine", () => {
  it("starts its way back before it is loaded, and is loaded at no boot before a new connection has come", () => {
    const tried = run('try_filter "$NFT_RULES"');
    const calls = callsOf(tried);
    const way = calls.findIndex((call) => call.startsWith("systemd-run"));
    expect(way).toBeGreaterThan(-1);
    expect(calls.findIndex((call) => call.startsWith("nft -f -"))).toBeGreaterThan(way);
    expect(tried.stdout).toMatch(
      /systemd-run .*--on-active=120 .*delete table inet jitsi_hetzner_node/,
    );
    expect(tried.stdout).not.toContain("systemctl enable");
    expect(existsSync(join(host.root, "etc/jitsi-hetzner/filter.nft"))).toBe(false);
  });

  it("lets in all ports on which sshd listens, whatever the settings say", () => {
    run('try_filter "$NFT_RULES"');
    expect(host.text("loaded")).toContain("ssh_ports { 22 }");
    expect(host.text("loaded")).toContain("ssh_ports { 2222 }");
  });

  it("is not loaded where its way back cannot be started", () => {
    const { status, stdout, stderr } = run('systemd-run() { return 1; }\ntry_filter "$NFT_RULES"');
    expect(status).toBe(1);
    expect(stdout).not.toContain("nft -f -");
    expect(stderr).toContain("so it was not loaded");
  });

  it("is not loaded where nft refuses it", () => {
    const { status, stdout } = run('nft() { return 1; }\ntry_filter "$NFT_RULES"');
    expect(status).toBe(1);
    expect(stdout).not.toContain("systemd-run");
  });

  it("stays from the new connection on", () => {
    const { status, stdout } = run("main");
    expect(status).toBe(0);
    expect(stdout).toContain("systemctl stop jitsi-hetzner-filter-back.timer");
    expect(stdout).toContain("systemctl enable --quiet jitsi-hetzner-filter.service");
    expect(host.text("etc/jitsi-hetzner/filter.nft")).toContain("table inet a {}");
    // Later runs of the setup load it for good.
    const again = run('try_filter "$NFT_RULES"');
    expect(again.stdout).not.toContain("systemd-run");
    expect(again.stdout).toContain("nft -f -");
  });

  it("gets another trial where the timer was faster, and does not stay", () => {
    const { status, stdout, stderr } = run("main", false);
    expect(status).toBe(1);
    expect(stdout).toContain("--on-active=900");
    expect(stdout).not.toContain("systemctl enable");
    expect(stderr).toContain("pulumi up in the next 15 minutes");
  });
});
