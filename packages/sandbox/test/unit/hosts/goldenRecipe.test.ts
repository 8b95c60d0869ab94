import { stringify } from "yaml";
import {
  goldenKey,
  goldenPackages,
  goldenRoleOf,
  goldenRoles,
} from "../../../src/hosts/goldenRecipe";

const userData = (content: string, path = "/etc/jitsi-hetzner/host.conf"): string =>
  `#cloud-config\n${stringify({ write_files: [{ path, content }] })}`;

describe("goldenRoleOf", () => {
  it.each(["web", "jvb", "jibri"])("finds %s in the user data, quoted or not", (role) => {
    for (const line of [`ROLE=${role}`, `ROLE='${role}'`]) {
      const host = { image: "debian-13", userData: userData(`${line}\nDOMAIN=meet.example.org\n`) };
      expect(goldenRoleOf(host)).toBe(role);
    }
  });

  it.each([
    ["without user data", "debian-13", ""],
    ["with a script as user data", "debian-13", "#!/bin/sh\necho ROLE=web\n"],
    ["without the file", "debian-13", "#cloud-config\nhostname: a\n"],
    ["with the role in another file", "debian-13", userData("ROLE=web\n", "/etc/other")],
    ["with an unknown role", "debian-13", userData("ROLE=database\n")],
    ["with another release", "debian-12", userData("ROLE=web\n")],
  ])("is undefined for a host %s", (_, image, text) => {
    expect(goldenRoleOf({ image, userData: text })).toBeUndefined();
  });
});

describe("goldenPackages", () => {
  it.each(goldenRoles)("has none of Jitsi's packages for %s", (role) => {
    const { asked, dependencies } = goldenPackages[role];
    const all = [...asked, ...dependencies];
    expect(all).toContain("ruby-hocon");
    expect(all.filter((name) => /^ji(tsi|cofo|bri)/.test(name))).toEqual([]);
  });

  it("leaves out coturn, which would serve everyone until it is configured", () => {
    const { asked, dependencies, onlyDependenciesOf } = goldenPackages.web;
    expect([...asked, ...dependencies]).not.toContain("coturn");
    expect(onlyDependenciesOf).toEqual(["coturn"]);
  });
});

describe("goldenKey", () => {
  it("depends on the base, the role and the script", () => {
    const key = goldenKey("base", "web", "script");
    expect(goldenKey("base", "web", "script")).toBe(key);
    expect(goldenKey("other", "web", "script")).not.toBe(key);
    expect(goldenKey("base", "jvb", "script")).not.toBe(key);
    expect(goldenKey("base", "web", "other")).not.toBe(key);
  });
});
