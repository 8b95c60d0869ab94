import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  machineSources,
  parseDeb822,
  parseOneLine,
  standardSources,
} from "../../../src/hosts/machineSources";

describe("parseDeb822", () => {
  it("reads Debian's entries for the hosts' releases, one for each suite", () => {
    const text = `Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates trixie bullseye
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
    const signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
    expect(parseDeb822(text)).toEqual([
      `deb ${signed} http://mirror.example/debian bookworm main`,
      `deb ${signed} http://mirror.example/debian bookworm-updates main`,
      `deb ${signed} http://mirror.example/debian trixie main`,
      "deb http://mirror.example/debian-security bookworm-security main",
    ]);
  });

  it("ignores disabled entries, sources and other publishers", () => {
    const entry = (changes: string): string =>
      `Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\n${changes}\n`;
    expect(parseDeb822(entry("Enabled: no"))).toEqual([]);
    expect(parseDeb822(entry("").replace("Types: deb", "Types: deb-src"))).toEqual([]);
    expect(parseDeb822(entry("").replace("Components: main", "Components: stable"))).toEqual([]);
  });
});

describe("parseOneLine", () => {
  it("keeps the options of an entry and drops comments and other components", () => {
    const text = `# deb http://old.example/debian bookworm main
deb [arch=amd64 trusted=yes] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb http://other.example/debian bookworm stable
`;
    expect(parseOneLine(text)).toEqual([
      "deb [arch=amd64 trusted=yes] http://mirror.example/debian bookworm main",
    ]);
  });
});

describe("machineSources", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "apt-"));
    mkdirSync(join(folder, "sources.list.d"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("reads both styles of files, each entry once, and no disabled file", () => {
    const line = "deb http://mirror.example/debian bookworm main\n";
    writeFileSync(join(folder, "sources.list"), line);
    writeFileSync(join(folder, "sources.list.d", "again.list"), line);
    writeFileSync(
      join(folder, "sources.list.d", "off.list.disabled"),
      line.replace("mirror", "off"),
    );
    expect(machineSources("bookworm", folder)).toEqual([line.trim()]);
  });

  it("uses the mirrors of another release of Debian, which have this one too", () => {
    const text = (suite: string): string =>
      [suite, `${suite}-updates`, `${suite}-security`]
        .map((name) => `deb [signed-by=/k] http://mirror.example/debian ${name} main`)
        .join("\n");
    writeFileSync(join(folder, "sources.list"), text("bookworm"));
    expect(machineSources("trixie", folder)).toEqual(text("trixie").split("\n"));
  });

  it("uses the mirrors of this release when the machine has mirrors of both", () => {
    const lines = ["bookworm", "trixie"].map((name) => `deb http://${name}.example/d ${name} main`);
    writeFileSync(join(folder, "sources.list"), lines.join("\n"));
    expect(machineSources("trixie", folder)).toEqual(lines.slice(1));
  });

  it("falls back to Debian's own mirrors on a machine of another distribution", () => {
    writeFileSync(join(folder, "sources.list"), "deb http://ubuntu.example/ubuntu noble main\n");
    expect(machineSources("trixie", folder)).toEqual(standardSources("trixie"));
  });
});
