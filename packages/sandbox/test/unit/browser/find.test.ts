import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "../../../src/browser/find";

describe("findBrowser", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jitsi-hetzner-browser-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const program = (name: string, mode = 0o755): string => {
    const file = join(folder, name);
    writeFileSync(file, "#!/bin/sh\n", { mode });
    return file;
  };

  it("finds Chromium before Chrome", () => {
    const chrome = program("google-chrome");
    expect(findBrowser(undefined, false, folder)).toBe(chrome);
    const chromium = program("chromium");
    expect(findBrowser(undefined, false, folder)).toBe(chromium);
  });

  it("takes a browser without a window for pictures only", () => {
    const shell = program("chromium-headless-shell");
    expect(findBrowser(undefined, true, folder)).toBe(shell);
    expect(() => findBrowser(undefined, false, folder)).toThrow(
      "no Chromium or Chrome (looked for chromium, google-chrome-stable, google-chrome, chromium-browser); install one: sudo apt-get install chromium",
    );
  });

  it("does not take a file that is no program", () => {
    program("chromium", 0o644);
    expect(() => findBrowser(undefined, true, folder)).toThrow("no Chromium or Chrome");
  });

  it("takes the chosen one by name or path", () => {
    program("chromium");
    const other = program("my-browser");
    expect(findBrowser("my-browser", false, folder)).toBe(other);
    expect(findBrowser(other, false, "")).toBe(other);
    expect(() => findBrowser("/no/such/browser", false, folder)).toThrow(
      "there is no program /no/such/browser; name the path of a Chromium or Chrome, or leave out --browser",
    );
  });

  it("refuses a snap, unless there is another browser", () => {
    mkdirSync(join(folder, "bin"));
    const snap = program("snap");
    const link = join(folder, "bin", "chromium");
    symlinkSync(snap, link);
    expect(() => findBrowser(undefined, false, join(folder, "bin"))).toThrow(
      `${link} is a snap, which cannot run in the sandbox's network`,
    );
    const chrome = program("google-chrome");
    expect(findBrowser(undefined, false, `${join(folder, "bin")}:${folder}`)).toBe(chrome);
  });
});
