import { parse } from "yaml";
import {
  addedPackages,
  baseFiles,
  basePackages,
  excludedPackages,
  recipeKey,
} from "../../../src/hosts/baseRecipe";
import cloudImage from "../../../src/hosts/cloudImagePackages.json";
import { suiteOf, suites } from "../../../src/hosts/releases";

describe("recipeKey", () => {
  it("depends on everything in the base", () => {
    const inputs = { certificate: "certificate", aptSettings: "settings", standIns: ["kmod"] };
    const key = recipeKey("trixie", inputs);
    expect(recipeKey("trixie", { ...inputs })).toBe(key);
    expect(recipeKey("bookworm", inputs)).not.toBe(key);
    for (const other of [{ certificate: "x" }, { aptSettings: "x" }, { standIns: ["x"] }])
      expect(recipeKey("trixie", { ...inputs, ...other })).not.toBe(key);
  });
});

describe.each(suites)("the base of %s", (suite) => {
  const listed = Object.values(cloudImage[suite]).flat();

  it("has the packages of Debian's cloud image, except those that are excluded with a reason", () => {
    const expected = listed.filter((name) => excludedPackages[name] === undefined);
    expect(basePackages(suite)).toEqual(
      [...new Set([...expected, ...Object.keys(addedPackages)])].sort(),
    );
    expect(basePackages(suite)).toEqual(
      expect.arrayContaining(["curl", "cloud-init", "netplan.io", "openssh-server"]),
    );
  });

  it.each(["gnupg", "gpg", "jq", "nftables", "wget", "prosody", "nginx"])(
    "has no %s, like the image",
    (name) => {
      expect(listed).not.toContain(name);
      expect(basePackages(suite)).not.toContain(name);
    },
  );

  it("allows only root to log in, and only by key", () => {
    expect(parse(baseFiles(suite)["/etc/cloud/cloud.cfg.d/90_hetzner.cfg"] ?? "")).toMatchObject({
      disable_root: false,
      users: [],
      locale: false,
    });
  });

  it("has its own release's apt sources, in the image's form", () => {
    const sources = baseFiles(suite)["/etc/apt/sources.list.d/debian.sources"];
    expect(sources).toContain(`Suites: ${suite} ${suite}-updates\n`);
    expect(sources).toContain(`Suites: ${suite}-security\n`);
  });
});

describe("excludedPackages", () => {
  it("names only packages that the image has", () => {
    const all = suites.flatMap((suite) => Object.values(cloudImage[suite]).flat());
    for (const name of Object.keys(excludedPackages)) expect(all).toContain(name);
  });
});

describe("suiteOf", () => {
  it.each([
    ["debian-12", "bookworm"],
    ["debian-13", "trixie"],
    ["ubuntu-24.04", "trixie"],
  ])("boots %s as %s", (image, suite) => {
    expect(suiteOf(image)).toBe(suite);
  });
});
