import { CountedFaults } from "../../../src/countedFaults";
import {
  disturbBy,
  disturbedSource,
  readDnsFault,
  type DnsFaults,
  type DnsRole,
} from "../../../src/dns/faults";
import { rcodes, resolve, type Resolution } from "../../../src/dns/resolve";
import { record, sourceOf } from "./support";

const source = sourceOf(
  ["example.test"],
  [
    record("meet.example.test", "A", "198.18.0.16"),
    record("meet.example.test", "AAAA", "fd5a::1"),
    record("www.example.test", "CNAME", "meet.example.test."),
  ],
);

describe("faults of the name servers", () => {
  let faults: DnsFaults;
  beforeEach(() => {
    faults = new CountedFaults();
  });
  const fault = (spec: object) => faults.add(readDnsFault(spec));
  const ask = async (
    name: string,
    type: string,
    role: DnsRole = "resolver",
  ): Promise<Resolution | "silent"> => {
    const own = resolve(disturbedSource(source, faults, role), new Map(), name, type);
    return disturbBy(faults, role)({ name, type }, own);
  };
  const values = async (...question: Parameters<typeof ask>): Promise<string[] | number> => {
    const answer = await ask(...question);
    if (answer === "silent") throw new Error("no answer");
    return answer.rcode === rcodes.noError ? answer.answers.map(({ data }) => data) : answer.rcode;
  };

  it("missing removes a name, or its records of one type", async () => {
    fault({ kind: "missing", name: "meet.example.test", type: "AAAA" });
    expect(await values("meet.example.test", "AAAA")).toEqual([]);
    expect(await values("meet.example.test", "A")).toEqual(["198.18.0.16"]);
    fault({ kind: "missing", name: "Meet.example.test." });
    expect(await values("meet.example.test", "A")).toBe(rcodes.nxDomain);
  });

  it("wrong replaces the records of one type, also behind an alias", async () => {
    fault({ kind: "wrong", name: "meet.example.test", type: "aaaa", values: ["fd5a::bad"] });
    expect(await values("meet.example.test", "AAAA")).toEqual(["fd5a::bad"]);
    expect(await values("www.example.test", "AAAA")).toEqual(["meet.example.test.", "fd5a::bad"]);
    expect(await values("meet.example.test", "A")).toEqual(["198.18.0.16"]);
  });

  it("wrong adds records that do not exist, such as CAA", async () => {
    fault({ kind: "wrong", name: "new.example.test", type: "CAA", values: ['0 issue ";"'] });
    expect(await values("new.example.test", "CAA")).toEqual(['0 issue ";"']);
  });

  it("apply only at the servers that they name", async () => {
    fault({
      kind: "wrong",
      at: "resolver",
      name: "meet.example.test",
      type: "A",
      values: ["192.0.2.1"],
    });
    expect(await values("meet.example.test", "A", "resolver")).toEqual(["192.0.2.1"]);
    expect(await values("meet.example.test", "A", "authoritative")).toEqual(["198.18.0.16"]);
  });

  it.each([
    ["servfail", rcodes.servFail],
    ["refused", rcodes.refused],
  ])("%s answers so, the given number of times", async (kind, rcode) => {
    fault({ kind, name: "meet.example.test", times: 1 });
    expect(await values("www.example.test", "A")).toContain("198.18.0.16");
    expect(await values("meet.example.test", "A")).toBe(rcode);
    expect(await values("meet.example.test", "A")).toEqual(["198.18.0.16"]);
  });

  it("silent gives no answer", async () => {
    fault({ kind: "silent", type: "A" });
    expect(await ask("meet.example.test", "A")).toBe("silent");
    expect(await values("meet.example.test", "AAAA")).toEqual(["fd5a::1"]);
  });

  it("slow delays the answer", async () => {
    fault({ kind: "slow", ms: 200 });
    const begin = performance.now();
    expect(await values("meet.example.test", "A")).toEqual(["198.18.0.16"]);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(199);
  });

  it.each([
    [{ kind: "melt" }, "kind"],
    [{ kind: "slow" }, "ms"],
    [{ kind: "missing" }, "name"],
    [{ kind: "wrong", name: "a.test", type: "LOC", values: ["x"] }, "type"],
    [{ kind: "silent", at: "home" }, "at"],
  ])("%j is refused by its field", (spec, field) => {
    expect(() => readDnsFault(spec)).toThrow(`'${field}'`);
  });
});
