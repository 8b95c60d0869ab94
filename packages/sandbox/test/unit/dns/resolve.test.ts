import { resolve, rcodes } from "../../../src/dns/resolve";
import { record, sourceOf } from "./support";

const source = sourceOf(
  ["example.test", "deep.example.test", "in-addr.arpa"],
  [
    record("meet.example.test", "A", "198.18.0.16"),
    record("meet.example.test", "AAAA", "fd5a:6a68:0:1::1"),
    record("www.example.test", "CNAME", "meet.example.test."),
    record("away.example.test", "CNAME", "elsewhere.test."),
    record("loop.example.test", "CNAME", "loop.example.test."),
    record("broken.example.test", "CNAME", "nothing.example.test."),
    record("host.below.example.test", "A", "198.18.0.17"),
    record("*.wild.example.test", "A", "198.18.0.18"),
    record("known.wild.example.test", "TXT", '"here"'),
    record("example.test", "SOA", "ns.example.test. admin.example.test. 7 1 2 3 4"),
    record("x.deep.example.test", "A", "198.18.0.19"),
    record("16.0.18.198.in-addr.arpa", "PTR", "meet.example.test."),
  ],
);
const fixed = new Map([["deb.debian.org", { a: "198.18.0.1", aaaa: "fd5a:6a68::1" }]]);
const ask = (name: string, type: string) => resolve(source, fixed, name, type);
const dataOf = (name: string, type: string): string[] => ask(name, type).answers.map((a) => a.data);

describe("resolve", () => {
  it("answers authoritatively, whatever the letter case and the trailing dot", () => {
    expect(ask("Meet.Example.Test.", "A")).toEqual({
      rcode: rcodes.noError,
      authoritative: true,
      answers: [record("meet.example.test", "A", "198.18.0.16")],
      authorities: [],
    });
    expect(dataOf("meet.example.test", "ANY")).toEqual(["198.18.0.16", "fd5a:6a68:0:1::1"]);
  });

  it("answers reverse names", () => {
    expect(dataOf("16.0.18.198.in-addr.arpa", "PTR")).toEqual(["meet.example.test."]);
  });

  it("follows aliases inside the zones and leaves others to the client", () => {
    expect(dataOf("www.example.test", "A")).toEqual(["meet.example.test.", "198.18.0.16"]);
    expect(dataOf("www.example.test", "CNAME")).toEqual(["meet.example.test."]);
    expect(ask("away.example.test", "A")).toMatchObject({ rcode: rcodes.noError });
    expect(dataOf("away.example.test", "A")).toEqual(["elsewhere.test."]);
  });

  it("answers NXDOMAIN for an alias to a missing name, and ends a loop", () => {
    expect(ask("broken.example.test", "A").rcode).toBe(rcodes.nxDomain);
    expect(dataOf("loop.example.test", "A").length).toBeLessThan(20);
  });

  it("distinguishes a name without such records from a missing name", () => {
    const soa = record("example.test", "SOA", "ns.example.test. admin.example.test. 7 1 2 3 4");
    expect(ask("meet.example.test", "TXT")).toMatchObject({
      rcode: rcodes.noError,
      authorities: [soa],
    });
    expect(ask("below.example.test", "A")).toMatchObject({
      rcode: rcodes.noError,
      authorities: [soa],
    });
    expect(ask("nothing.example.test", "A")).toMatchObject({
      rcode: rcodes.nxDomain,
      authorities: [soa],
    });
  });

  it("uses a wildcard only for names that do not exist", () => {
    expect(ask("any.wild.example.test", "A").answers).toEqual([
      record("any.wild.example.test", "A", "198.18.0.18"),
    ]);
    expect(dataOf("a.b.wild.example.test", "A")).toEqual(["198.18.0.18"]);
    expect(dataOf("known.wild.example.test", "A")).toEqual([]);
    expect(ask("below.known.wild.example.test", "A").rcode).toBe(rcodes.nxDomain);
  });

  it("answers from the closest zone, and for its apex with Hetzner's nameservers", () => {
    expect(dataOf("deep.example.test", "NS")).toContain("hydrogen.ns.hetzner.com.");
    expect(ask("y.deep.example.test", "A").authorities[0]?.name).toBe("deep.example.test");
  });

  it("answers fixed names that have no zone", () => {
    expect(dataOf("deb.debian.org", "A")).toEqual(["198.18.0.1"]);
    expect(dataOf("deb.debian.org", "AAAA")).toEqual(["fd5a:6a68::1"]);
    expect(ask("deb.debian.org", "MX")).toMatchObject({ rcode: rcodes.noError, answers: [] });
  });

  it("refuses names outside its zones", () => {
    expect(ask("example.org", "A")).toMatchObject({ rcode: rcodes.refused, authoritative: false });
    expect(ask("notexample.test", "A").rcode).toBe(rcodes.refused);
  });
});
