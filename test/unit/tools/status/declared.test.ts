import { readDeclared } from "../../../../tools/status/declared";

const declared = (settings: Readonly<Record<string, string>>) =>
  readDeclared(
    Object.fromEntries(
      Object.entries({ jvbCount: "2", ...settings }).map(([key, value]) => [
        `my-meetings:${key}`,
        { value },
      ]),
    ),
  );

const names = (settings: Readonly<Record<string, string>>) =>
  declared(settings).bridges.map(({ name, isDraining }) => `${name}${isDraining ? " empty" : ""}`);

describe("what the settings declare", () => {
  it("is the first jvbCount numbers that were not taken out", () => {
    expect(declared({ domain: "a.test" })).toMatchObject({ domain: "a.test" });
    expect(names({})).toEqual(["jvb-0", "jvb-1"]);
    expect(names({ removedBridges: "[0]" })).toEqual(["jvb-1", "jvb-2"]);
  });

  it("keeps a bridge that is emptied", () => {
    expect(names({ drainingBridges: "1" })).toEqual(["jvb-0", "jvb-1 empty"]);
  });

  it("has the web host's own bridge where there is no other", () => {
    expect(names({ jvbCount: "0" })).toEqual(["local"]);
  });

  it("is not guessed from settings that `up` would refuse", () => {
    expect(() => names({ jvbCount: "three" })).toThrow(
      /the settings do not tell which bridges there are:\n {2}jvbCount is "three"/,
    );
  });
});
