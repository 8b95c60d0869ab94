import { checkHeaps } from "../../../preflight/heapCheck";
import type { DeclaredHost } from "../../../preflight/declared";
import { cx23, server } from "./support/cloud";

const memoryGb = { cx23: 4, cpx42: 16 };
const ordered = { web: "cx23", jvb: "cpx42" };
const web: DeclaredHost = { role: "web", name: "web", hostname: "meet.example.org" };
const bridge = (index: number, type?: typeof cx23): DeclaredHost => ({
  role: "jvb",
  name: `jvb-${index}`,
  hostname: `jvb-${index}.meet.example.org`,
  server: type && server("jvb", index, type),
});
const hosts = [web, bridge(0)];

describe("checkHeaps", () => {
  it("has nothing to say where nothing is asked for", () => {
    expect(checkHeaps({}, hosts, ordered, memoryGb).obstacles).toEqual([]);
  });

  it("takes heaps that leave the system its part", () => {
    const settings = { bridgeHeapMb: 15 * 1024, jicofoHeapMb: 3 * 1024 };
    expect(checkHeaps(settings, hosts, ordered, memoryGb).obstacles).toEqual([]);
  });

  it("refuses heaps larger than the machines, with the memory and the largest that does", () => {
    const settings = { bridgeHeapMb: 20_000, jicofoHeapMb: 4_096 };
    expect(checkHeaps(settings, hosts, ordered, memoryGb).obstacles).toEqual([
      {
        key: "bridgeHeapMb",
        reason:
          "is 20000, but jvb-0 (cpx42) has 16384 MB of memory, of which 1024 MB are for the system",
        fix: "pulumi config set bridgeHeapMb 15360  # at most; or, for what suits the host: pulumi config rm bridgeHeapMb",
      },
      {
        key: "jicofoHeapMb",
        reason:
          "is 4096, but web (cx23) has 4096 MB of memory, of which 1024 MB are for the system",
        fix: "pulumi config set jicofoHeapMb 3072  # at most; or, for what suits the host: pulumi config rm jicofoHeapMb",
      },
    ]);
  });

  it("measures a bridge that exists by the server that it has", () => {
    const old = [web, bridge(0), bridge(1, cx23)];
    const [found] = checkHeaps({ bridgeHeapMb: 8_000 }, old, ordered, memoryGb).obstacles;
    expect(found?.reason).toContain("jvb-1 (cx23) has 4096 MB");
  });

  it("says nothing of a type whose memory nobody knows", () => {
    const unknown = { web: "new1", jvb: "new2" };
    const settings = { bridgeHeapMb: 300_000, jicofoHeapMb: 300_000 };
    expect(checkHeaps(settings, hosts, unknown, memoryGb).obstacles).toEqual([]);
  });
});
