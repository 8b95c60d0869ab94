import { sshNarrowed } from "../../../../lib/changes/sshNarrowed";
import { parseSettings } from "../../../../lib/config/settings";
import { firewallRules } from "../../../../lib/plan/firewallRules";
import { objectStep } from "./support/steps";

const firewall = "hcloud:index/firewall:Firewall";
const world = ["0.0.0.0/0", "::/0"];
const office = "203.0.113.0/24";
const settings = parseSettings({ domain: "meet.example.org" });

/** An update of a firewall that has let these ranges in. */
const change = (was: readonly string[], is: readonly string[]) => {
  const [old, next] = [was, is].map((adminCidrs) => ({
    rules: firewallRules("web", { adminCidrs }),
  }));
  return [objectStep("update", firewall, "firewall-web", old, next)];
};

describe("sshNarrowed", () => {
  it.each([
    ["all are shut out but some", world, [office]],
    ["a range becomes smaller", [office], ["203.0.113.0/25"]],
    ["a range is removed", [office, "192.0.2.0/24"], [office]],
    ["IPv6 is shut out", world, ["0.0.0.0/0"]],
  ])("warns where %s", (_, was, is) => {
    expect(sshNarrowed(change(was, is), settings)).toContain(
      `open only to ${is.join(", ")} (adminCidrs). Is this machine in it?`,
    );
  });

  it("asks for the bastion, through which the hosts are reached", () => {
    const sshProxy = { host: "198.51.100.7", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA" };
    expect(sshNarrowed(change(world, [office]), { sshProxy })).toContain(
      "Is the bastion 198.51.100.7 in it?",
    );
  });

  it.each([
    ["the port is opened", [office], world],
    ["a range becomes larger", ["203.0.113.0/25"], [office, "2001:db8::/32"]],
    ["other rules change", world, world],
  ])("is silent where %s", (_, was, is) => {
    expect(sshNarrowed(change(was, is), settings)).toBeUndefined();
  });

  it("is silent about the firewalls of a new cluster", () => {
    const steps = [objectStep("create", firewall, "firewall-web")];
    expect(sshNarrowed(steps, settings)).toBeUndefined();
  });
});
