import { describeCost, monthlyCost } from "../../../../lib/plan/cost";
import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import type { CloudFacts } from "../../../../lib/hcloud/cloudFacts";
import { cx23, emptyCloud, planOf, server, serverType } from "../preflight/support/cloud";

const cost = (jvbCount: number, facts: CloudFacts = emptyCloud) =>
  monthlyCost(
    plannedHosts(planOf({ jvbCount: jvbCount.toString() }), facts.servers),
    { web: "cx23", jvb: "cpx42", jibri: "cx33" },
    "fsn1",
    facts,
  );

describe("monthlyCost", () => {
  it("adds hosts and addresses at the API's prices, with the traffic that is included", () => {
    expect(cost(2)).toEqual({
      currency: "EUR",
      total: 145.97,
      lines: [
        { what: "web host cx23", count: 1, each: 5.49 },
        { what: "bridge cpx42", count: 2, each: 69.49 },
        { what: "public IPv4 address", count: 3, each: 0.5 },
      ],
      includedTrafficTb: 60,
      perTbMore: 1,
    });
  });

  it("counts a host that exists with the type that it has", () => {
    const old = serverType("cpx31", [4, 8, 160], { price: 30 });
    const facts = {
      ...emptyCloud,
      servers: [server("web", undefined, cx23), server("jvb", 1, old)],
    };
    expect(cost(2, facts)?.lines.map(({ what, each }) => `${what} ${each}`)).toEqual([
      "web host cx23 5.49",
      "bridge cpx42 69.49",
      "bridge cpx31 30",
      "public IPv4 address 0.5",
    ]);
  });

  it("does not count a bridge that is leaving", () => {
    const facts = { ...emptyCloud, servers: [server("jvb", 0), server("jvb", 7)] };
    expect(cost(1, facts)?.lines).toContainEqual({ what: "bridge cpx42", count: 1, each: 69.49 });
  });

  it("says nothing rather than half of it where a price is missing", () => {
    expect(cost(2, { ...emptyCloud, serverTypes: [cx23] })).toBeUndefined();
    const pricing = { currency: "EUR", primary_ips: [] };
    expect(cost(2, { ...emptyCloud, pricing })).toBeUndefined();
  });

  it("is one line for people", () => {
    const known = cost(2);
    expect(known && describeCost(known)).toBe(
      "The cluster costs 145.97 EUR a month, net: 1 x web host cx23 5.49, 2 x bridge cpx42 69.49, " +
        "3 x public IPv4 address 0.50; 60 TB of outgoing traffic included, 1.00 EUR for each TB more",
    );
  });
});
