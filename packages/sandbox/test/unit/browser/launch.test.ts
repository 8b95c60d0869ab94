import { browserAccount } from "../../../src/browser/account";
import { displayOf } from "../../../src/browser/display";
import { browserFlags } from "../../../src/browser/flags";

describe("the browser's user", () => {
  it("is the one who called sudo", () => {
    expect(browserAccount({ SUDO_UID: "1000", SUDO_GID: "1001" })).toEqual({
      uid: 1000,
      gid: 1001,
      setpriv: ["--reuid=1000", "--regid=1001", "--init-groups"],
    });
  });

  it("is nobody for root, also where root called sudo", () => {
    const nobody = {
      uid: 65534,
      gid: 65534,
      setpriv: ["--reuid=65534", "--regid=65534", "--clear-groups"],
    };
    expect(browserAccount({})).toEqual(nobody);
    expect(browserAccount({ SUDO_UID: "0", SUDO_GID: "0" })).toEqual(nobody);
  });
});

describe("the display", () => {
  it.each([{ DISPLAY: ":0" }, { WAYLAND_DISPLAY: "wayland-0", XDG_RUNTIME_DIR: "/run/user/1000" }])(
    "is usable with %j",
    (env) => {
      expect(displayOf(env)).toEqual({ usable: true });
    },
  );

  it("is not usable without one, or over TCP", () => {
    expect(displayOf({})).toEqual({
      usable: false,
      why: "this machine has no display (DISPLAY is not set)",
    });
    expect(displayOf({ DISPLAY: "localhost:10.0" })).toEqual({
      usable: false,
      why: "the display localhost:10.0 is reached over TCP, which the sandbox's network does not allow",
    });
  });
});

describe("the browser's options", () => {
  const all = browserFlags("/mnt/profile", { fakeMedia: true, headless: true });

  it("weaken neither certificate checks nor the browser's sandbox", () => {
    const weak = all.filter((flag) =>
      /no-sandbox|certificate|insecure|disable-web-security/.test(flag),
    );
    expect(weak).toEqual([]);
  });

  it("have a fake camera only when it is asked for", () => {
    const fake = (flag: string): boolean => flag.includes("fake");
    expect(all.filter(fake)).toHaveLength(2);
    expect(browserFlags("/p", { fakeMedia: false, headless: true }).filter(fake)).toEqual([]);
  });

  it("are those of a window without --headless", () => {
    const window = browserFlags("/mnt/profile", { fakeMedia: false, headless: false });
    expect(window).toContain("--user-data-dir=/mnt/profile");
    expect(window).not.toContain("--headless");
    expect(window).not.toContain("--remote-debugging-pipe");
  });
});
