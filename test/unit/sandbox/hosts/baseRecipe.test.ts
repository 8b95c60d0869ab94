import { parse } from "yaml";
import { baseFiles, recipeKey } from "../../../../sandbox/hosts/baseRecipe";

describe("recipeKey", () => {
  it("follows from all that goes into the base", () => {
    expect(recipeKey("certificate", "settings")).toBe(recipeKey("certificate", "settings"));
    expect(recipeKey("another", "settings")).not.toBe(recipeKey("certificate", "settings"));
    expect(recipeKey("certificate", "other")).not.toBe(recipeKey("certificate", "settings"));
  });
});

describe("baseFiles", () => {
  it("let root in by key, and nobody else", () => {
    expect(parse(baseFiles["/etc/cloud/cloud.cfg.d/90_hetzner.cfg"] ?? "")).toMatchObject({
      disable_root: false,
      users: [],
      locale: false,
    });
  });
});
