import {
  checkImage,
  checkPrivateRange,
  checkQuota,
  checkZone,
} from "../../../../lib/preflight/checks";
import type { ImageFact } from "../../../../lib/hcloud/cloudFacts";

const nothing = { problems: [], warnings: [] };

describe("checkImage", () => {
  const now = new Date("2026-11-20T00:00:00Z");
  const x86 = { status: "available", architecture: "x86" };
  const until = (unavailable_after: string) => ({
    ...x86,
    deprecation: { announced: "2026-08-31T00:00:00Z", unavailable_after },
  });
  const check = (...images: ImageFact[]) => checkImage("debian-12", images, now);

  it("takes an image that is there", () => {
    expect(check(x86)).toEqual(nothing);
  });

  it.each<[string, ImageFact[]]>([
    ["which Hetzner does not offer", []],
    ["which is unavailable at Hetzner, not available", [{ ...x86, status: "unavailable" }]],
    ["which Hetzner offers for riscv only; the hosts are x86", [{ ...x86, architecture: "riscv" }]],
    ["which Hetzner offers for arm only; the hosts are x86", [{ ...x86, architecture: "arm" }]],
    ["which cannot be ordered any more since 2026-11-19", [until("2026-11-19T00:00:00Z")]],
  ])("refuses one %s", (reason, images) => {
    expect(check(...images).problems).toEqual([
      {
        key: "image",
        reason: `is "debian-12", ${reason}`,
        fix: "hcloud image list --type system --architecture x86  # then: pulumi config set image NAME",
      },
    ]);
  });

  it("warns of one that will go, with the dates of the API", () => {
    expect(check({ ...x86, architecture: "arm" }, until("2026-11-30T00:00:00Z")).warnings).toEqual([
      "image debian-12 is deprecated since 2026-08-31; it can be ordered only until 2026-11-30",
    ]);
  });
});

describe("checkZone", () => {
  it("takes a primary zone that is delegated, or of which that is not known", () => {
    for (const delegation_status of ["valid", "unknown", "a-new-word", undefined]) {
      const zone = {
        mode: "primary",
        rrsets: [],
        authoritative_nameservers: { delegation_status },
      };
      expect(checkZone("example.org", zone)).toEqual(nothing);
    }
  });

  it("refuses a zone that is not there, and says how to make or to do without it", () => {
    expect(checkZone("example.org", undefined).problems).toEqual([
      {
        key: "dnsZone",
        reason: 'is "example.org", which is not a zone of this Hetzner project',
        fix: "hcloud zone create --name example.org --mode primary  # or: pulumi config rm dnsZone",
      },
    ]);
  });

  it("refuses a secondary zone, whose records are made elsewhere", () => {
    const [found] = checkZone("example.org", { mode: "secondary", rrsets: [] }).problems;
    expect(found?.reason).toContain("a secondary zone");
  });

  it("warns of a zone that the world does not ask Hetzner for", () => {
    const authoritative_nameservers = {
      delegation_status: "unregistered",
      assigned: ["hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com."],
    };
    const zone = { mode: "primary", rrsets: [], authoritative_nameservers };
    expect(checkZone("example.org", zone).warnings).toEqual([
      "the zone example.org is not delegated to Hetzner (unregistered): its names are not found until its registrar lists the name servers hydrogen.ns.hetzner.com., oxygen.ns.hetzner.com.",
    ]);
  });
});

describe("checkPrivateRange", () => {
  const network = (ip_range: string, labels: Record<string, string> = {}) => ({
    name: "office",
    ip_range,
    labels,
  });

  it.each(["10.80.0.0/16", "10.0.0.0/8", "10.80.1.0/24"])("warns of a network of %s", (range) => {
    expect(checkPrivateRange([network(range)]).warnings).toEqual([
      `the network office (${range}) overlaps with the cluster's 10.80.0.0/16, so no server can be in both`,
    ]);
  });

  it("does not mind other ranges, nor other clusters of this program", () => {
    const cluster = network("10.80.0.0/16", { project: "jitsi-hetzner" });
    expect(checkPrivateRange([network("10.81.0.0/16"), cluster])).toEqual(nothing);
  });
});

describe("checkQuota", () => {
  it("speaks of limits only where more hosts are made than a new account may have", () => {
    expect(checkQuota(10, 10)).toEqual(nothing);
    expect(checkQuota(21, 0)).toEqual(nothing);
    expect(checkQuota(21, 1).warnings).toHaveLength(1);
  });
});
