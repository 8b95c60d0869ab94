import type { HostSpec } from "../../src/driver";
import { createNullDriver } from "../../src/nullDriver";

const spec: HostSpec = {
  id: 1,
  name: "web",
  image: "debian-12",
  userData: "",
  sshKeys: [],
  networks: [],
  firewall: null,
};

describe("createNullDriver", () => {
  it("keeps the power state that real hosts would have", async () => {
    const driver = createNullDriver();
    await driver.create(spec);
    expect(driver.isRunning(1)).toBe(true);
    await driver.shutdown(1);
    expect(driver.isRunning(1)).toBe(false);
    await driver.powerOn(1);
    await driver.delete(1);
    expect(driver.isRunning(1)).toBe(false);
  });

  it("restores the power state after a restart", async () => {
    const driver = createNullDriver();
    await driver.adopt([
      { ...spec, shouldRun: true },
      { ...spec, id: 2, shouldRun: false },
    ]);
    expect([driver.isRunning(1), driver.isRunning(2)]).toEqual([true, false]);
  });
});
