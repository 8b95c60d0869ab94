import { KeyedQueue } from "../../src/keyedQueue";

describe("KeyedQueue", () => {
  it("runs tasks of one key in order and of different keys at the same time", async () => {
    const queue = new KeyedQueue<number>();
    const events: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = queue.run(1, async () => {
      events.push("first begins");
      await gate;
      events.push("first ends");
    });
    const second = queue.run(1, () => Promise.resolve(events.push("second")));
    await queue.run(2, () => Promise.resolve(events.push("other")));
    open();
    await Promise.all([first, second]);
    expect(events).toEqual(["first begins", "other", "first ends", "second"]);
  });

  it("runs the next task of a key only after a failed one has ended", async () => {
    const queue = new KeyedQueue<number>();
    const log: string[] = [];
    const step =
      (name: string, fails = false) =>
      async (): Promise<string> => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const first = queue.run(1, step("first", true));
    const second = queue.run(1, step("second"));
    await expect(first).rejects.toThrow("first");
    await expect(second).resolves.toBe("second");
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("takes any type of key, and does not block another key", async () => {
    const queue = new KeyedQueue<string>();
    let release = (): void => undefined;
    const blocked = queue.run("a", () => new Promise<void>((resolve) => (release = resolve)));
    await expect(queue.run("b", () => Promise.resolve("free"))).resolves.toBe("free");
    release();
    await blocked;
  });

  it("is idle once all tasks have ended, also failed ones", async () => {
    const queue = new KeyedQueue<number>();
    const events: string[] = [];
    const failed = queue.run(1, () => Promise.reject(new Error("no")));
    const next = queue.run(1, () => Promise.resolve(events.push("done")));
    await expect(failed).rejects.toThrow("no");
    await expect(queue.idle()).resolves.toBeUndefined();
    expect(events).toEqual(["done"]);
    await expect(next).resolves.toBe(1);
  });
});
