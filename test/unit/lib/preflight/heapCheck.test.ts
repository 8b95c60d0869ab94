import { checkHeaps } from "../../../../lib/preflight/heapCheck";
import type { ServerFact } from "../../../../lib/hcloud/cloudFacts";
import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import { cx23, planOf, server } from "./support/cloud";

const memoryGb = { cx23: 4, cpx42: 16 };
const ordered = { web: "cx23", jvb: "cpx42" };
const hostsOf = (jvbCount: number, ...servers: ServerFact[]) =>
  plannedHosts(planOf({ jvbCount: jvbCount.toString() }), servers);
const hosts = hostsOf(1);
const auto = { hasLocalBridge: false };

describe("checkHeaps", () => {
  it("has nothing to say where nothing is asked for", () => {
    expect(checkHeaps(auto, hosts, ordered, memoryGb).problems).toEqual([]);
  });

  it("takes heaps that leave the system its part", () => {
    const settings = { ...auto, bridgeHeapMb: 15 * 1024, jicofoHeapMb: 3 * 1024 };
    expect(checkHeaps(settings, hosts, ordered, memoryGb).problems).toEqual([]);
  });

  it("refuses heaps larger than the machines, with the memory and the largest that does", () => {
    const settings = { ...auto, bridgeHeapMb: 20_000, jicofoHeapMb: 4_096 };
    expect(checkHeaps(settings, hosts, ordered, memoryGb).problems).toEqual([
      {
        key: "bridgeHeapMb",
        reason:
          "is 20000, but jvb-0 (cpx42) has 16384 MB of memory, of which the system needs 1024 MB",
        fix: "pulumi config set bridgeHeapMb 15360  # at most; or, for the default of the host: pulumi config rm bridgeHeapMb",
      },
      {
        key: "jicofoHeapMb",
        reason: "is 4096, but web (cx23) has 4096 MB of memory, of which the system needs 1024 MB",
        fix: "pulumi config set jicofoHeapMb 3072  # at most; or, for the default of the host: pulumi config rm jicofoHeapMb",
      },
    ]);
  });

  it("measures a bridge that exists by the server that it has", () => {
    const old = hostsOf(2, server("jvb", 1, cx23));
    const [found] = checkHeaps({ ...auto, bridgeHeapMb: 8_000 }, old, ordered, memoryGb).problems;
    expect(found?.reason).toContain("jvb-1 (cx23) has 4096 MB");
  });

  it("says nothing of a type whose memory nobody knows", () => {
    const unknown = { web: "new1", jvb: "new2" };
    const settings = { ...auto, bridgeHeapMb: 300_000, jicofoHeapMb: 300_000 };
    expect(checkHeaps(settings, hosts, unknown, memoryGb).problems).toEqual([]);
  });

  describe("of a web host with a bridge of its own", () => {
    const local = { hasLocalBridge: true };
    const found = (settings: Parameters<typeof checkHeaps>[0]) =>
      checkHeaps(settings, hostsOf(0), ordered, memoryGb).problems;

    it("takes what leaves room for both heaps and the system", () => {
      expect(found({ ...local, jicofoHeapMb: 2_048 })).toEqual([]);
    });

    it("refuses a heap of jicofo's that leaves none for the bridge", () => {
      expect(found({ ...local, jicofoHeapMb: 2_049 })).toEqual([
        {
          key: "jicofoHeapMb",
          reason:
            "is 2049, but web (cx23) has 4096 MB of memory, of which the system needs 1024 MB and 1024 MB for the heap of the bridge on it",
          fix: "pulumi config set jicofoHeapMb 2048  # at most; or, for the default of the host: pulumi config rm jicofoHeapMb",
        },
      ]);
    });

    it("counts the bridge by the heap that it gets", () => {
      expect(found({ ...local, jicofoHeapMb: 2_500 })).toHaveLength(1);
      // A quarter of the host at the most: a larger number is for hosts that a bridge has to itself.
      expect(found({ ...local, jicofoHeapMb: 2_048, bridgeHeapMb: 8_000 })).toEqual([]);
      expect(found({ ...local, jicofoHeapMb: 2_500, bridgeHeapMb: 512 })).toEqual([]);
    });
  });
});
