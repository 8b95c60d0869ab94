import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ElsewhereZones, publicSource } from "../../../src/dns/elsewhere";
import { rcodes, resolve } from "../../../src/dns/resolve";
import { record, sourceOf } from "./support";

describe("zones that are not at Hetzner", () => {
  let dir: string;
  let zones: ElsewhereZones;
  const hetzner = sourceOf(
    ["example.test", "deep.example.org"],
    [
      record("meet.example.test", "A", "198.18.0.16"),
      record("a.deep.example.org", "A", "198.18.0.17"),
    ],
  );
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "elsewhere-"));
    zones = new ElsewhereZones(join(dir, "dns.json"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  const set = (zone: string, name: string, data: string): void => {
    zones.set(zone, { name, type: "A", ttl: 60 }, [data]);
  };
  const ask = (name: string, type = "A") =>
    resolve(publicSource(hetzner, zones.source), new Map(), name, type);

  it("answer beside those at Hetzner, with a name server of their own", () => {
    set("example.org", "meet.example.org", "198.18.0.20");
    expect(ask("meet.example.org").answers.map(({ data }) => data)).toEqual(["198.18.0.20"]);
    expect(ask("meet.example.test").answers.map(({ data }) => data)).toEqual(["198.18.0.16"]);
    expect(ask("example.org", "NS").answers.map(({ data }) => data)).toEqual([
      "ns1.elsewhere.test.",
    ]);
    expect(ask("example.test", "NS").answers.map(({ data }) => data)).toContain(
      "hydrogen.ns.hetzner.com.",
    );
    expect(ask("nobody.example.org").rcode).toBe(rcodes.nxDomain);
  });

  it("replace a zone of the same name at Hetzner, until they are removed", () => {
    set("example.test", "meet.example.test", "198.18.0.99");
    expect(ask("meet.example.test").answers.map(({ data }) => data)).toEqual(["198.18.0.99"]);
    expect(zones.unset("meet.example.test", "A")).toBe(1);
    expect(ask("meet.example.test").answers.map(({ data }) => data)).toEqual(["198.18.0.16"]);
  });

  it("leave a zone below them at Hetzner alone", () => {
    set("example.org", "meet.example.org", "198.18.0.20");
    expect(ask("a.deep.example.org").answers.map(({ data }) => data)).toEqual(["198.18.0.17"]);
  });

  it("replace the records of a name and type, and survive a restart", () => {
    set("example.org", "meet.example.org", "198.18.0.20");
    set("example.org", "meet.example.org", "198.18.0.21");
    expect(new ElsewhereZones(join(dir, "dns.json")).all()).toEqual([
      { zone: "example.org", name: "meet.example.org", type: "A", ttl: 60, data: "198.18.0.21" },
    ]);
  });
});
