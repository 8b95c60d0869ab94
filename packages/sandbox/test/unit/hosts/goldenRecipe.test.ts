import { stringify } from "yaml";
import { goldenKey, goldenPackages, goldenRoleOf } from "../../../src/hosts/goldenRecipe";

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
  it("has what a web host serves, and none of Jitsi's packages", () => {
    expect(goldenPackages("web")).toEqual(expect.arrayContaining(["nginx", "prosody", "certbot"]));
    for (const role of ["web", "jvb", "jibri"] as const) {
      expect(goldenPackages(role).filter((name) => /^ji(tsi|cofo|bri)/.test(name))).toEqual([]);
    }
  });

  it("leaves out coturn, which would serve everyone until it is configured", () => {
    expect(goldenPackages("web")).not.toContain("coturn");
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
