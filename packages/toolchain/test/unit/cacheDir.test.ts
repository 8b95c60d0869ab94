import { homedir } from "node:os";
import { join } from "node:path";
import { cacheDir } from "../../src/cacheDir";

describe("the cache", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  const usual = join(homedir(), ".cache/jitsi-hetzner/toolchain");

  it.each([
    ["nothing", {}, usual],
    ["an empty XDG_CACHE_HOME", { XDG_CACHE_HOME: "" }, usual],
    ["a relative XDG_CACHE_HOME", { XDG_CACHE_HOME: "cache" }, usual],
    ["XDG_CACHE_HOME", { XDG_CACHE_HOME: "/srv/cache" }, "/srv/cache/jitsi-hetzner/toolchain"],
    ["an empty JITSI_HETZNER_CACHE", { JITSI_HETZNER_CACHE: "" }, usual],
    ["JITSI_HETZNER_CACHE", { JITSI_HETZNER_CACHE: "/srv/own" }, "/srv/own/toolchain"],
    [
      "a relative JITSI_HETZNER_CACHE",
      { JITSI_HETZNER_CACHE: "own" },
      join(process.cwd(), "own/toolchain"),
    ],
  ])("with %s is an absolute folder, where the variables say", (_what, variables, folder) => {
    const unset = { JITSI_HETZNER_CACHE: undefined, XDG_CACHE_HOME: undefined };
    process.env = { ...before, ...unset, ...variables };
    expect(cacheDir("toolchain")).toBe(folder);
  });
});
