import { roll } from "../../../../tools/roll/roll";

/** A pulumi that keeps what it was told; its n-th `up` ends with the n-th code, the others well. */
function fakePulumi(codes: readonly number[] = []) {
  const told: string[] = [];
  let config: string | undefined = "[7]";
  const atEachUp: (string | undefined)[] = [];
  return {
    told,
    atEachUp,
    config: () => config,
    answer: (...args: string[]) => {
      told.push(args.join(" "));
      config = args[1] === "rm" ? undefined : `[${args.at(-1) ?? ""}]`;
      return Promise.resolve("");
    },
    show: (...args: string[]) => {
      told.push(args.join(" "));
      atEachUp.push(config);
      return Promise.resolve(codes[atEachUp.length - 1] ?? 0);
    },
  };
}

const bridges = (...numbers: number[]) => numbers.map((index) => ({ index, name: `jvb-${index}` }));

const quiet = (): void => undefined;

describe("roll", () => {
  it("replaces one bridge in each run, whatever was set before", async () => {
    const pulumi = fakePulumi();
    expect(await roll(pulumi, bridges(0, 2, 10), quiet)).toEqual({ done: bridges(0, 2, 10) });
    expect(pulumi.atEachUp).toEqual(["[0]", "[2]", "[10]"]);
    expect(pulumi.told).toContain("config set --path rollBridges[0] 2");
  });

  it("takes the setting away at its end", async () => {
    const pulumi = fakePulumi();
    await roll(pulumi, bridges(0), quiet);
    expect(pulumi.config()).toBeUndefined();
  });

  it("stops where a run fails, and leaves the setting for the next one", async () => {
    const pulumi = fakePulumi([0, 255]);
    expect(await roll(pulumi, bridges(0, 1, 2), quiet)).toEqual({
      done: bridges(0),
      problem: expect.stringContaining("jvb-1 was not replaced") as string,
    });
    expect([pulumi.atEachUp, pulumi.config()]).toEqual([["[0]", "[1]"], "[1]"]);
  });

  it("goes on when it is run again", async () => {
    const pulumi = fakePulumi([255]);
    await roll(pulumi, bridges(0), quiet);
    await roll(pulumi, bridges(0, 1), quiet);
    expect([pulumi.atEachUp, pulumi.config()]).toEqual([["[0]", "[0]", "[1]"], undefined]);
  });
});
