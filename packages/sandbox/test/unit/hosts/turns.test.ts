import { Turns } from "../../../src/hosts/turns";

describe("Turns", () => {
  it("runs actions on one thing in order, also after one that failed", async () => {
    const turns = new Turns<number>();
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
    const first = turns.take(1, step("first", true));
    const second = turns.take(1, step("second"));
    await expect(first).rejects.toThrow("first");
    await expect(second).resolves.toBe("second");
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("runs actions on different things side by side", async () => {
    const turns = new Turns<string>();
    let release = (): void => undefined;
    const blocked = turns.take("a", () => new Promise<void>((resolve) => (release = resolve)));
    await expect(turns.take("b", () => Promise.resolve("free"))).resolves.toBe("free");
    release();
    await blocked;
  });
});
