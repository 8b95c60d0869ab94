import type { PlannedHost } from "../../../../lib/plan/plannedHosts";
import { describeServers } from "../../../../lib/preflight/serverList";
import { planOf, server } from "./support/cloud";

const plan = planOf({ jvbCount: "30" });

const bridge = (index: number, status?: string): PlannedHost => ({
  ...(plan.bridges[index] ?? plan.webHost),
  ...(status === undefined ? {} : { server: { ...server("jvb", index), status } }),
});

describe("describeServers", () => {
  it("says that all are there and run", () => {
    expect(describeServers([bridge(0, "running"), bridge(1, "running")])).toBe(
      "Hetzner lists 2 of the 2 declared servers; all of them are running",
    );
  });

  it("names those that are missing and those that do not run", () => {
    const hosts = [
      bridge(0, "running"),
      bridge(1),
      bridge(2, "off"),
      bridge(3, "off"),
      bridge(4, "migrating"),
    ];
    expect(describeServers(hosts)).toBe(
      "Hetzner lists 4 of the 5 declared servers; missing: jvb-1; off: jvb-2, jvb-3; migrating: jvb-4",
    );
  });

  it("stays one line for a large cluster", () => {
    const hosts = Array.from({ length: 30 }, (_, index) => bridge(index));
    expect(describeServers(hosts)).toMatch(/missing: jvb-0, .*, jvb-9 and 20 more$/);
  });
});
