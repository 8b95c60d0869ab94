import { decode, encode } from "dns-packet";
import { questionType, toAnswer } from "../../../src/dns/wire";
import { record } from "./support";

/** The record after encoding and decoding. */
function throughTheWire(type: string, data: string): unknown {
  const answer = toAnswer(record("meet.example.test", type, data));
  const read = decode(encode({ type: "response", answers: [answer] })).answers?.[0];
  return read !== undefined && "data" in read ? read.data : undefined;
}

describe("toAnswer", () => {
  it.each([
    ["A", "198.18.0.16", "198.18.0.16"],
    ["AAAA", "fd5a:6a68:0:1::1", "fd5a:6a68:0:1::1"],
    ["CNAME", "web.example.test.", "web.example.test"],
    ["PTR", "web.example.test.", "web.example.test"],
    ["MX", "10 mail.example.test.", { preference: 10, exchange: "mail.example.test" }],
    [
      "SRV",
      "1 2 443 web.example.test.",
      { priority: 1, weight: 2, port: 443, target: "web.example.test" },
    ],
  ])("encodes %s", (type, data, read) => {
    expect(throughTheWire(type, data)).toEqual(read);
  });

  it("encodes any number of TXT strings, without their quotes", () => {
    const strings = throughTheWire("TXT", '"v=spf1 -all" "a \\"b\\" c"') as Buffer[];
    expect(strings.map(String)).toEqual(["v=spf1 -all", 'a "b" c']);
  });

  it("encodes CAA", () => {
    expect(throughTheWire("CAA", '0 issue "letsencrypt.org"')).toMatchObject({
      tag: "issue",
      value: "letsencrypt.org",
    });
  });

  it("refuses what it cannot encode, and names the record", () => {
    expect(() => toAnswer(record("meet.example.test", "HTTPS", "1 ."))).toThrow(
      "the sandbox's name server cannot answer HTTPS records (meet.example.test)",
    );
    expect(() => toAnswer(record("meet.example.test", "MX", "10"))).toThrow(
      "the MX record of meet.example.test lacks a field: 10",
    );
  });
});

describe("questionType", () => {
  it("knows types without a name in the library", () => {
    expect(questionType("UNKNOWN_65")).toBe("HTTPS");
    expect(questionType("AAAA")).toBe("AAAA");
  });
});
