import { warningsOf } from "../../../components/certificate";
import { deployUsual } from "./support/cluster";
import type { Registered } from "./support/mockEngine";

const isStep = ({ type }: Registered): boolean => type === "command:remote:Command";
const named = (resources: readonly Registered[], name: string): Registered => {
  const found = resources.find((one) => one.name === name && isStep(one));
  if (found === undefined) throw new Error(`no resource ${name}`);
  return found;
};
const stdinOf = ({ inputs }: Registered): Record<string, unknown> =>
  JSON.parse(inputs.stdin as string) as Record<string, unknown>;

describe("the certificate's step", () => {
  it("comes after the acceptance and the wait for the names, and nothing waits for it", async () => {
    const resources = await deployUsual();
    const { dependencies } = named(resources, "jitsi-certificate");
    expect(dependencies.some((one) => one.endsWith("jitsi-acceptance"))).toBe(true);
    expect(dependencies.some((one) => one.endsWith("jitsi-web-names"))).toBe(true);
    const later = resources.filter((one) =>
      one.dependencies.some((name) => name.endsWith("jitsi-certificate")),
    );
    expect(later).toEqual([]);
  });

  it("has a secret input, with the bridges that keep copies", async () => {
    const step = named(await deployUsual(), "jitsi-certificate");
    expect(step.secretInputs).toContain("stdin");
    expect(stdinOf(step)).toMatchObject({
      tls: "letsencrypt",
      directory: "https://acme-v02.api.letsencrypt.org/directory",
      own: null,
      copies: [{ nickname: /^jvb-/ }, { nickname: /^jvb-/ }].map(
        () =>
          expect.objectContaining({
            address: expect.stringMatching(/^10\.80\.1\./) as string,
          }) as object,
      ),
    });
  });

  it("gives the host a key and a certificate only with tls: own", async () => {
    const own = { tlsKey: "the key", tlsCertificate: "the chain" };
    const stdin = async (tls: "own" | "letsencrypt") =>
      stdinOf(named(await deployUsual({ tls, ...own }), "jitsi-certificate"));
    expect((await stdin("own")).own).toEqual({ key: "the key", chain: "the chain" });
    expect((await stdin("letsencrypt")).own).toBeNull();
  });
});

describe("the warnings of the step", () => {
  const stdout = JSON.stringify({ version: 1, at: 1000, warnings: ["A x is missing"] });

  it("are told in the `up` in which it ran", () => {
    expect(warningsOf(stdout, 990)).toEqual(["A x is missing"]);
  });

  it("are not told again by later ones, because the host may have mended it", () => {
    expect(warningsOf(stdout, 2000)).toEqual([]);
  });

  it("are none in a preview of a new cluster", () => {
    expect(warningsOf("", 990)).toEqual([]);
  });
});

describe("the names of the web host", () => {
  it("are records of the zone: addresses for TURN and the top of the zone, a CNAME for another alias", async () => {
    const resources = await deployUsual({ aliases: ["talk.example.org", "example.org"] });
    const records = resources
      .filter(({ name, type }) => name.startsWith("jitsi-web-names") && type.includes("zoneRrset"))
      .map(({ name, inputs }) => [name, inputs.name, inputs.type, inputs.records]);
    const [v4, v6] = [[{ value: "192.0.2.1" }], [{ value: "2001:db8:1::1" }]];
    expect(records.sort()).toEqual([
      ["jitsi-web-names-example.org-ipv4", "@", "A", v4],
      ["jitsi-web-names-example.org-ipv6", "@", "AAAA", v6],
      ["jitsi-web-names-talk.example.org", "talk", "CNAME", [{ value: "meet.example.org." }]],
      ["jitsi-web-names-turn-ipv4", "turn.meet", "A", v4],
      ["jitsi-web-names-turn-ipv6", "turn.meet", "AAAA", v6],
    ]);
  });

  it("are waited for beside the bridges: no bridge depends on the wait", async () => {
    const resources = await deployUsual();
    const waiting = resources
      .filter(isStep)
      .filter((one) => one.dependencies.some((name) => name.endsWith("jitsi-web-names")));
    expect(waiting.map(({ name }) => name)).toEqual(["jitsi-certificate"]);
  });

  it("are waited for again only if they change: new code of the program is no reason", async () => {
    expect(named(await deployUsual(), "jitsi-web-names").inputs.create).not.toContain("--code");
  });
});
