import { firewallRules } from "../../../../lib/plan/firewallRules";
import { ports } from "../../../../lib/constants";

const openings = (role: "web" | "jvb"): string[] =>
  firewallRules(role).map(({ protocol, port }) => `${protocol} ${port ?? "all"}`);

describe("firewallRules", () => {
  it("opens SSH, ICMP, HTTP and HTTPS on the web host", () => {
    expect(openings("web")).toEqual(["tcp 22", "icmp all", "tcp 80", "tcp 443"]);
  });

  it("opens SSH, ICMP and media on a bridge", () => {
    expect(openings("jvb")).toEqual(["tcp 22", "icmp all", "udp 10000"]);
  });

  it("opens media on the web host where it may have a bridge of its own", () => {
    const rules = firewallRules("web", { webMedia: true });
    expect(rules.slice(0, -1)).toEqual(firewallRules("web"));
    expect(rules.at(-1)).toEqual(firewallRules("jvb").at(-1));
  });

  it("opens STUN and TURN on the web host where it may have a TURN server", () => {
    const opened = firewallRules("web", { turn: true }).slice(firewallRules("web").length);
    expect(opened.map(({ protocol, port }) => `${protocol} ${port}`)).toEqual([
      "udp 3478",
      "tcp 5349",
    ]);
    expect(firewallRules("jvb", { turn: true })).toEqual(firewallRules("jvb"));
  });

  it.each(["web", "jvb"] as const)("treats IPv4 and IPv6 alike: %s", (role) => {
    for (const { sourceIps } of firewallRules(role)) {
      expect(sourceIps).toEqual(["0.0.0.0/0", "::/0"]);
    }
  });

  it.each(["web", "jvb"] as const)("limits port 22 and nothing else to the admins: %s", (role) => {
    const limited = firewallRules(role, { adminCidrs: ["10.0.0.0/8"] }).filter(
      ({ sourceIps }) => sourceIps[0] === "10.0.0.0/8",
    );
    expect(limited.map(({ port }) => port)).toEqual(["22"]);
  });

  it("writes ranges as the API does: the provider loses a rule in another form when labels change", () => {
    const adminCidrs = ["2001:0DB8:0:0::/32", "10.0.0.1/8", "192.0.2.7"];
    expect(firewallRules("web", { adminCidrs })[0]?.sourceIps).toEqual([
      "2001:db8::/32",
      "10.0.0.0/8",
      "192.0.2.7/32",
    ]);
  });

  it.each(["web", "jvb"] as const)("keeps XMPP and REST closed: %s", (role) => {
    const closed = [ports.xmppClient, ports.jvbRest, ports.jicofoRest].map(String);
    expect(firewallRules(role).filter(({ port }) => closed.includes(port ?? ""))).toEqual([]);
  });
});
