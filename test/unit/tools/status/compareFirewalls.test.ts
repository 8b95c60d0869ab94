import type { CloudFirewall } from "../../../../tools/status/cloudFirewalls";
import { compare, type ClusterFacts } from "../../../../tools/status/compare";
import { ruleText, without } from "../../../../tools/status/firewallRules";
import { report } from "../../../../tools/status/report";
import { cloudFirewalls, cloudServer, healthy } from "./support";

const differences = (facts: ClusterFacts): readonly string[] => compare(facts).differences;

/** The healthy cluster, with other rules in force on its web host. */
const withRules = (change: (rules: readonly string[]) => readonly string[]): ClusterFacts => ({
  ...healthy,
  firewalls: {
    facts: cloudFirewalls.map((firewall) =>
      firewall.id === "20" ? { ...firewall, rules: change(firewall.rules) } : firewall,
    ),
  },
});

const https = "in tcp 443 from 0.0.0.0/0, ::/0";
const stranger: CloudFirewall = { id: "30", name: "office", rules: ["in tcp 8080 from ::/0"] };

describe("the firewalls in the status of a cluster", () => {
  it("differ when a declared rule is not in force", () => {
    expect(differences(withRules((rules) => without(rules, [https])))).toEqual([
      `the firewall jitsi-firewall-web-a differs, declared, but not in force: ${https}: pulumi refresh, then pulumi up`,
    ]);
  });

  it("differ when a rule is in force that is not declared", () => {
    expect(differences(withRules((rules) => [...rules, "in tcp 8080 from ::/0"]))).toEqual([
      "the firewall jitsi-firewall-web-a differs, in force, but not declared: in tcp 8080 from ::/0: pulumi refresh, then pulumi up",
    ]);
  });

  it("differ when a rule lets in others than declared", () => {
    const ssh = "in tcp 22 from 0.0.0.0/0, ::/0";
    const [found] = differences(
      withRules((rules) => [...without(rules, [ssh]), "in tcp 22 from 203.0.113.4/32"]),
    );
    expect(found).toContain(
      `declared, but not in force: ${ssh}, in force, but not declared: in tcp`,
    );
  });

  it("need no refresh where the state knows the rules in force", () => {
    const facts = withRules((rules) => without(rules, [https]));
    const firewalls = healthy.state.firewalls.map((known) => ({
      ...known,
      rules: without(known.rules, [https]),
    }));
    expect(differences({ ...facts, state: { ...healthy.state, firewalls } })).toEqual([
      expect.stringMatching(/: pulumi up$/) as string,
    ]);
    expect(differences(facts)[0]).toMatch(/: pulumi refresh, then pulumi up$/);
  });

  it("show rules of others on the stack's servers, which add to its own, and how to take them off", () => {
    const cloud = {
      facts: [
        cloudServer("10", "web-a", ["20", "30"]),
        cloudServer("11", "jvb-b"),
        cloudServer("12", "jvb-c"),
      ],
    };
    const facts = { ...healthy, cloud, firewalls: { facts: [...cloudFirewalls, stranger] } };
    expect(differences(facts)).toEqual([
      "the firewall office, which is not this stack's, is in force on web too (in tcp 8080 from ::/0): hcloud firewall remove-from-resource --type server --server web-a office",
    ]);
    expect(report(compare(facts))).toContain("office                other       web");
    expect(compare(facts).firewalls[2]).toEqual({
      ...stranger,
      role: null,
      hosts: ["web"],
      missing: [],
      added: ["in tcp 8080 from ::/0"],
    });
  });

  it("leave firewalls of other servers alone", () => {
    const firewalls = { facts: [...cloudFirewalls, stranger] };
    expect(compare({ ...healthy, firewalls })).toMatchObject({ verdict: "equal" });
    expect(compare({ ...healthy, firewalls }).firewalls).toHaveLength(2);
  });

  it("differ when a server is behind none, which is open at every port", () => {
    const facts = [
      cloudServer("10", "web-a"),
      cloudServer("11", "jvb-b", []),
      cloudServer("12", "jvb-c"),
    ];
    expect(differences({ ...healthy, cloud: { facts } })).toEqual([
      "jvb-0's server jvb-b is not behind the jvb firewall: pulumi refresh, then pulumi up",
    ]);
  });

  it("differ when Hetzner has the firewall no more", () => {
    const found = differences({ ...healthy, firewalls: { facts: cloudFirewalls.slice(0, 1) } });
    expect(found).toContain(
      "the jvb firewall 21 does not exist at Hetzner any more: pulumi refresh, then pulumi up",
    );
  });
});

describe("ruleText", () => {
  it("is the same for equal rules, however they are written", () => {
    const rule = { direction: "in", protocol: "icmp", sourceIps: ["::/0", "0.0.0.0/0"] };
    expect(ruleText({ ...rule, port: "" })).toBe("in icmp from 0.0.0.0/0, ::/0");
    expect(ruleText({ ...rule, port: null, description: "ICMP" } as never)).toBe(ruleText(rule));
  });

  it("names the destinations of a rule for what goes out", () => {
    const rule = {
      direction: "out",
      protocol: "udp",
      port: "53",
      destinationIps: ["192.0.2.1/32"],
    };
    expect(ruleText(rule)).toBe("out udp 53 to 192.0.2.1/32");
  });
});
