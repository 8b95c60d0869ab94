import { hostAddressIn, relativeName } from "../../../../lib/plan/dnsPlan";

describe("relativeName", () => {
  it.each([
    ["example.org", "example.org", "@"],
    ["meet.example.org", "example.org", "meet"],
    ["jvb-0.meet.example.org", "example.org", "jvb-0.meet"],
  ])("of %s in %s is %s", (fqdn, zone, name) => {
    expect(relativeName(fqdn, zone)).toBe(name);
  });

  it("refuses a name that is not in the zone", () => {
    expect(() => relativeName("badexample.org", "example.org")).toThrow(
      "badexample.org is not in the zone example.org",
    );
  });
});

describe("hostAddressIn", () => {
  it.each([
    ["2001:db8:1:2::/64", "2001:db8:1:2::1"],
    ["fd5a:6a68:0:10::/64", "fd5a:6a68:0:10::1"],
    ["2001:db8::/64", "2001:db8::1"],
  ])("of %s is %s", (network, address) => {
    expect(hostAddressIn(network)).toBe(address);
  });
});
