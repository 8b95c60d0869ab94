import { accountLimits } from "../../../src/commands/settings";

describe("accountLimits", () => {
  it("accepts several limits, and off for no limit", () => {
    expect(accountLimits(["servers=10", "primary_ips=0", "zones=off"])).toEqual({
      servers: 10,
      primary_ips: 0,
      zones: null,
    });
  });

  it.each(["servers", "servers=", "servers=-1", "servers=1.5", "volumes=3", "servers=10x"])(
    "refuses %s and names the limits",
    (text) => {
      expect(() => accountLimits([text])).toThrow(
        `--limit is ${text}; allowed: NAME=NUMBER or NAME=off, with NAME one of servers, primary_ips, floating_ips, load_balancers, networks, firewalls, placement_groups, ssh_keys, zones`,
      );
    },
  );
});
