import { parseSettings } from "../../../../../lib/config/settings";
import { messageFor, valid } from "../support";

describe("domain", () => {
  it.each([
    ["", "meet.example.org"],
    ["meet.example.org.", "meet.example.org"],
    ["Meet.example.org", "meet.example.org"],
    ["https://meet.example.org:8443/room", "meet.example.org"],
    ["localhost", "meet.example.org"],
    ["192.0.2.1", "meet.example.org"],
    ["2001:db8::1", "meet.example.org"],
    ["meet_us.example.org", "meet.example.org"],
    ["-meet.example.org", "meet.example.org"],
    ["meet..example.org", "meet.example.org"],
    [`${"a".repeat(64)}.example.org`, "meet.example.org"],
    [`${"a.".repeat(25)}example.org`, "meet.example.org"],
  ])("refuses the domain %j and proposes %s", (domain, proposal) => {
    const message = messageFor({ domain });
    expect(message).toMatch(/^The stack's configuration has a problem:\n {2}domain is /);
    expect(message).toContain(`\n      pulumi config set domain ${proposal}`);
  });
});

describe("dnsZone", () => {
  it("refuses a zone that does not hold the domain", () => {
    expect(messageFor({ dnsZone: "example.net" })).toContain(
      'dnsZone is "example.net", which does not contain the domain meet.example.org; it must be the zone that contains the domain, or empty:\n      pulumi config set dnsZone example.org',
    );
  });

  it("does not take a name that only ends alike for one in the zone", () => {
    expect(messageFor({ domain: "meet.badexample.org", dnsZone: "example.org" })).toContain(
      "which does not contain the domain",
    );
  });

  it("takes the zone itself as the domain", () => {
    expect(parseSettings({ domain: "example.org", dnsZone: "example.org" }).dnsZone).toBe(
      "example.org",
    );
  });

  it("takes an empty zone for none", () => {
    expect(parseSettings({ ...valid, dnsZone: "" }).dnsZone).toBeUndefined();
  });
});
