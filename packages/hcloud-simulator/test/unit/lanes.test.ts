import { Lanes } from "../../src/lanes";

describe("Lanes", () => {
  it("runs work of one key in order and of different keys side by side", async () => {
    const lanes = new Lanes();
    const events: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = lanes.run(1, async () => {
      events.push("first begins");
      await gate;
      events.push("first ends");
    });
    const second = lanes.run(1, () => Promise.resolve(events.push("second")));
    await lanes.run(2, () => Promise.resolve(events.push("other")));
    open();
    await Promise.all([first, second]);
    expect(events).toEqual(["first begins", "other", "first ends", "second"]);
  });

  it("goes on after work that failed", async () => {
    const lanes = new Lanes();
    const failed = lanes.run(1, () => Promise.reject(new Error("no")));
    const next = lanes.run(1, () => Promise.resolve("done"));
    await expect(failed).rejects.toThrow("no");
    await expect(next).resolves.toBe("done");
    await expect(lanes.idle()).resolves.toBeUndefined();
  });
});
