import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdoptedHost } from "../../../../hcloud-simulator/src/driver";
import { createNullDriver } from "../../../../hcloud-simulator/src/nullDriver";
import { waitUntil } from "../../../src/hosts/exec";
import type { NspawnDriver } from "../../../src/hosts/nspawnDriver";
import { machineId } from "../../../src/hosts/names";
import { sandboxIdentity } from "../../../src/identity";
import type { MachineView } from "../../../src/machines/machine";
import { MachinesService } from "../../../src/machines/machinesService";
import { aMachine } from "./support";

const first = machineId(1);
const second = machineId(2);

const choice = {
  ...{ name: "vps", os: "debian-13", user: "root", port: 2222, sudo: true },
  ...{ look: "provider", firewall: "none", web: false, leftovers: false, cores: 0 },
};

/** A driver without hosts that records what it is asked. */
class Driver {
  readonly asked: string[] = [];
  readonly adopted: AdoptedHost[] = [];
  /** What the installation of a machine ends with. */
  install: () => Promise<string> = () => Promise.resolve("");
  private readonly null = createNullDriver();

  get driver(): NspawnDriver {
    const note =
      (verb: string) =>
      (id: number): Promise<void> => {
        this.asked.push(`${verb} ${id.toString()}`);
        return Promise.resolve();
      };
    return {
      ...this.null,
      create: ({ id }) => note("create")(id),
      powerOn: note("on"),
      powerOff: note("off"),
      shutdown: note("shutdown"),
      reboot: note("reboot"),
      delete: note("delete"),
      runFaultOperation: (id, operation) => note(operation)(id),
      isRunning: () => true,
      onStateChange: () => undefined,
      adopt: (specs) => {
        this.adopted.push(...specs);
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
      runInside: () => this.install(),
    };
  }
}

describe("MachinesService", () => {
  let dir: string;
  let fake: Driver;
  let service: MachinesService;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "machines-"));
    // As if the operator had a key: making one takes longer than a test.
    mkdirSync(join(dir, "operator"));
    writeFileSync(join(dir, "operator/id_ed25519.pub"), "ssh-ed25519 AAAA operator\n");
    fake = new Driver();
    service = new MachinesService(sandboxIdentity(dir, 0), fake.driver);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const list = async (from = service): Promise<MachineView[]> =>
    ((await from.call("list", undefined)) as { machines: MachineView[] }).machines;
  const untilInstalled = (): Promise<void> =>
    waitUntil(
      "all are installed",
      async () => (await list()).every(({ state }) => state !== "installing"),
      5_000,
      5,
    );

  it("answers `add` before the machine is installed, and then calls it ready", async () => {
    let finish = (): void => undefined;
    fake.install = () =>
      new Promise((resolve) => {
        finish = () => {
          resolve("");
        };
      });
    await service.call("add", choice);
    await waitUntil("it is created", () => fake.asked.length > 0, 5_000, 5);
    expect(await list()).toMatchObject([{ name: "vps", state: "installing", hostKey: "" }]);
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    await untilInstalled();
    expect(await list()).toMatchObject([{ state: "ready", status: "running", id: first }]);
  });

  it("keeps the reason of an installation that failed", async () => {
    fake.install = () => Promise.reject(new Error("apt-get: no space left"));
    await service.call("add", choice);
    await untilInstalled();
    expect(await list()).toMatchObject([
      { state: "failed", reason: "Error: apt-get: no space left" },
    ]);
  });

  it("refuses a name that is taken, and fields that are wrong", async () => {
    await service.call("add", choice);
    await expect(service.call("add", choice)).rejects.toThrow("a machine is called vps already");
    for (const wrong of [{ name: "-x" }, { os: "debian-9" }, { port: 0 }, { user: "Root" }])
      await expect(service.call("add", { ...choice, name: "b", ...wrong })).rejects.toThrow();
    await untilInstalled();
    expect(await list()).toHaveLength(1);
  });

  it("gives a removed machine's number to the next one, and to no other at the same time", async () => {
    await service.call("add", choice);
    await service.call("add", { ...choice, name: "second" });
    await untilInstalled();
    await service.call("remove", { name: "vps" });
    await service.call("add", { ...choice, name: "third" });
    await untilInstalled();
    expect((await list()).map(({ name, id }) => [name, id])).toEqual([
      ["second", second],
      ["third", first],
    ]);
    expect(fake.asked).toContain(`delete ${first.toString()}`);
  });

  it("passes power and faults on to the machine's host", async () => {
    await service.call("add", choice);
    await untilInstalled();
    for (const to of ["off", "on", "shutdown", "reboot"])
      await service.call("power", { name: "vps", to });
    await service.call("fault", { name: "vps", operation: "cut" });
    expect(fake.asked.slice(1)).toEqual(
      ["off", "on", "shutdown", "reboot", "cut"].map((verb) => `${verb} ${first.toString()}`),
    );
    await expect(service.call("power", { name: "web", to: "on" })).rejects.toThrow(
      "no machine is called web; machines: vps",
    );
  });

  it("boots those that ran before the sandbox was stopped, and gives up half-installed ones", async () => {
    const kept = [
      aMachine(),
      aMachine({ name: "off", number: 2, on: false }),
      aMachine({ name: "half", number: 3, state: "installing" }),
    ];
    writeFileSync(join(dir, "machines.json"), JSON.stringify(kept));
    const again = new MachinesService(sandboxIdentity(dir, 0), fake.driver);
    await again.start();
    expect(fake.adopted.map(({ id, shouldRun }) => [id, shouldRun])).toEqual([
      [first, true],
      [second, false],
      [machineId(3), true],
    ]);
    expect((await list(again)).map(({ state }) => state)).toEqual(["ready", "ready", "failed"]);
  });
});
