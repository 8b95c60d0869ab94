import { serverTypeKeys } from "../../../../../lib/config/keys/servers";
import { messageFor } from "../support";

describe("a server type", () => {
  it.each(["webServerType", "jvbServerType"] as const)("refuses a %s that is no name", (key) => {
    const usual = serverTypeKeys[key].default;
    expect(messageFor({ [key]: "CX 21" })).toContain(
      `${key} is "CX 21", but must be the name of a Hetzner server type, such as ${usual}:\n      pulumi config set ${key} ${usual}`,
    );
  });

  it.each(["webServerType", "jvbServerType"] as const)("refuses an ARM type as %s", (key) => {
    expect(messageFor({ [key]: "cax21" })).toContain(
      `${key} is "cax21", which is an ARM type; the hosts need an x86 type:\n      pulumi config set ${key} ${serverTypeKeys[key].default}`,
    );
  });
});

describe("location and image", () => {
  it("refuses a location that does not exist, and lists those that do", () => {
    expect(messageFor({ location: "fra1" })).toContain(
      'location is "fra1", but must be one of fsn1, nbg1, hel1, ash, hil, sin',
    );
  });

  it("does not take a name that all objects have for a location", () => {
    expect(messageFor({ location: "toString" })).toContain('location is "toString"');
  });

  it("refuses another image", () => {
    expect(messageFor({ image: "ubuntu-24.04" })).toContain(
      'image is "ubuntu-24.04", but must be one of debian-13, debian-12:\n      pulumi config set image debian-13',
    );
  });
});
