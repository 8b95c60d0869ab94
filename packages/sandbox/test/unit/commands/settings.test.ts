import { accountLimits } from "../../../src/commands/settings";

describe("accountLimits", () => {
  it("takes several limits, and off for none", () => {
    expect(accountLimits(["servers=10", "primary_ips=0", "zones=off"])).toEqual({
      servers: 10,
      primary_ips: 0,
      zones: null,
    });
  });

  it.each(["servers", "servers=", "servers=-1", "servers=1.5", "volumes=3", "servers=10x"])(
    "refuses %s and says what there is",
    (text) => {
      expect(() => accountLimits([text])).toThrow(
        `--limit is ${text}; NAME=NUMBER or NAME=off, with one of servers, primary_ips, floating_ips, load_balancers, networks, firewalls, placement_groups, ssh_keys, zones`,
      );
    },
  );
});
