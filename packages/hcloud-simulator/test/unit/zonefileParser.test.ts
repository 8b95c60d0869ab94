import fc from "fast-check";

import { durationSeconds, parseZonefile } from "../../src/resources/zones/zonefileParser";
import { ZonefileError } from "../../src/resources/zones/zonefileTokens";

const parse = (text: string) => parseZonefile(text, "example.test");
const records = (text: string) =>
  parse(text).records.map(({ name, ttl, type, value }) => [name, ttl, type, value]);

describe("parseZonefile", () => {
  it.each([
    ["@ A 192.0.2.1", "@"],
    ["example.test. A 192.0.2.1", "@"],
    ["www A 192.0.2.1", "www"],
    ["WWW.Example.Test. A 192.0.2.1", "www"],
    ["*.a.b A 192.0.2.1", "*.a.b"],
    ["example.test A 192.0.2.1", "example.test"],
  ])("makes the name of %s relative to the zone", (text, name) => {
    expect(records(text)).toEqual([[name, null, "A", "192.0.2.1"]]);
  });

  it.each([
    "a 300 IN A 192.0.2.1",
    "a IN 300 A 192.0.2.1",
    "a 300 A 192.0.2.1",
    "a\t5m\tin\ta\t192.0.2.1\r",
  ])("accepts TTL and class in any order: %j", (text) => {
    expect(records(text)).toEqual([["a", 300, "A", "192.0.2.1"]]);
  });

  it("uses the name of the line before when a line has none", () => {
    expect(records("a A 192.0.2.1\n\n; pause\n  A 192.0.2.2\n\tIN TXT x")).toEqual([
      ["a", null, "A", "192.0.2.1"],
      ["a", null, "A", "192.0.2.2"],
      ["a", null, "TXT", '"x"'],
    ]);
  });

  it("reads records in parentheses over several lines, with comments in them", () => {
    const [soa, next] = parse(
      "@ IN SOA a. b. ( 1 ; serial\n  2h\t; refresh\n 3\n4 5 ) ; whole\nx A 192.0.2.1",
    ).records;
    expect(soa).toMatchObject({ line: 1, value: "a. b. 1 2h 3 4 5", comment: "whole" });
    expect(next).toMatchObject({ line: 5, name: "x" });
  });

  it("keeps quoted texts unchanged and adds quotes to others", () => {
    expect(records(String.raw`a TXT "x; (y)" z \"q "\"w\""`)).toEqual([
      ["a", null, "TXT", String.raw`"x; (y)" "z" "\"q" "\"w\""`],
    ]);
    expect(records("a CAA 0 issue letsencrypt.org")).toEqual([
      ["a", null, "CAA", '0 issue "letsencrypt.org"'],
    ]);
    expect(records('a HTTPS 1 . alpn="h2,h3"')).toEqual([["a", null, "HTTPS", '1 . alpn="h2,h3"']]);
  });

  it("keeps only the comments of records", () => {
    const text = "; file\n$TTL 1h ; default\na A 192.0.2.1 ;  one ; two \n";
    expect(parse(text)).toEqual({
      ttl: 3600,
      records: [
        { line: 3, name: "a", ttl: null, type: "A", value: "192.0.2.1", comment: "one ; two" },
      ],
    });
  });

  it("accepts the zone as origin, in any letter case", () => {
    expect(parse("$ORIGIN Example.TEST.\n$origin example.test.").records).toEqual([]);
  });

  it.each([
    [" A 192.0.2.1", "line 1: has no name, and no record before it has one"],
    ["a", "line 1: has no type and no value"],
    ["a A", "line 1: has no value"],
    ["\na FOO x", "line 2: 'FOO' is not a record type"],
    ["a CH TXT x", "line 1: has the class CH; only IN is allowed"],
    ["a IN IN A 192.0.2.1", "line 1: 'IN' is not a record type"],
    ["a 59 A 192.0.2.1", "line 1: '59' is not a TTL; allowed: 60 to 2147483647 seconds"],
    [
      "a 9999999999 A 192.0.2.1",
      "line 1: '9999999999' is not a TTL; allowed: 60 to 2147483647 seconds",
    ],
    ["$TTL", "line 1: $TTL takes one value"],
    ["$TTL soon", "line 1: 'soon' is not a TTL; allowed: 60 to 2147483647 seconds"],
    ["$TTL 60\n$TTL 70", "line 2: $TTL is set a second time"],
    ["$ORIGIN example.test", "line 1: $ORIGIN must be the zone's name with a dot: example.test."],
    [
      "$ORIGIN a.example.test.",
      "line 1: $ORIGIN must be the zone's name with a dot: example.test.",
    ],
    ["$GENERATE 1-2 a A 192.0.2.$", "line 1: '$GENERATE' is not supported"],
    ["$INCLUDE x", "line 1: '$INCLUDE' is not supported"],
    [
      "a.other.test. A 192.0.2.1",
      "line 1: 'a.other.test.' is not a name in this zone; the zone is example.test.",
    ],
    ["a..b A 192.0.2.1", "line 1: 'a..b' is not a name in this zone"],
    ["a TXT (\nx", "line 1: has an unclosed '('"],
    ["a TXT x )", "line 1: has one ')' too many"],
    ["a TXT ((x))", "line 1: has one '(' too many"],
    ['a TXT "x', "line 1: has an unclosed quote or an invalid character"],
    ["a TXT x\\", "line 1: has an unclosed quote or an invalid character"],
    ["a A 192.0.2.1\nb TXT \u0000", "line 2: has an unclosed quote or an invalid character"],
    [`a TXT x ;${"c".repeat(256)}`, "line 1: has a comment of more than 255 characters"],
  ])("refuses %j with the line and the reason", (text, message) => {
    expect(() => parse(text)).toThrow(ZonefileError);
    expect(() => parse(text)).toThrow(message);
  });

  it("reads any text or fails with a line number", () => {
    const piece = fc.constantFrom(
      ...["@", "a", " ", "\n", "\t", "(", ")", ";", '"', "\\", "IN", "A", "TXT", "SOA", "$TTL"],
      ...["$ORIGIN", "example.test.", "192.0.2.1", "300", "1h", "*", ".", "é", "\u0000", "\r\n"],
    );
    const text = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (given) => {
        const lines = given.split("\n").length;
        expect(linesOf(given).filter((line) => line < 1 || line > lines)).toEqual([]);
      }),
      { numRuns: 2000, seed: 20261121 },
    );
  });
});

/** The line numbers of a text's records, or the line of its error. */
function linesOf(text: string): number[] {
  try {
    return parse(text).records.map(({ line }) => line);
  } catch (error) {
    if (error instanceof ZonefileError) return [error.line];
    throw error;
  }
}

describe("durationSeconds", () => {
  it.each([
    ["0", 0],
    ["90", 90],
    ["1h30m", 5400],
    ["1W2D", 777_600],
    ["", undefined],
    ["h", undefined],
    ["1y", undefined],
    ["-1", undefined],
  ])("%j is %j", (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});
