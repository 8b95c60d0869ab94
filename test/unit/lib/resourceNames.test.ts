import { nameOf, partsOf } from "../../../lib/resourceNames";

describe("nameOf", () => {
  it("is the end of the URN", () => {
    expect(nameOf("urn:pulumi:prod::p::a:index:A$command:remote:Command::jitsi-web-ready")).toBe(
      "jitsi-web-ready",
    );
  });
});

describe("partsOf", () => {
  it.each([
    ["jitsi-jvb-0-drain", "jvb-0", "drain"],
    ["jitsi-jvb-12", "jvb-12", ""],
    ["jitsi-jvb-3-dns-ipv4-reverse", "jvb-3", "dns-ipv4-reverse"],
    ["jitsi-web", "web", ""],
    ["jitsi-web-host-key", "web", "host-key"],
    ["jitsi-local-drain", "local", "drain"],
    ["jitsi-policy", undefined, "policy"],
    ["jitsi-jvb", undefined, "jvb"],
    ["jitsi-firewall-jvb", undefined, "firewall-jvb"],
    ["jitsi-jvb-12345-drain", undefined, "jvb-12345-drain"],
    ["jitsi-website", undefined, "website"],
    ["jitsi", undefined, ""],
  ])("of %s are %s and %s", (name, host, part) => {
    expect(partsOf(name)).toEqual(host === undefined ? { part } : { host, part });
  });
});
