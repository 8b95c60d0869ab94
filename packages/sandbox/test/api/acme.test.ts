import { X509Certificate } from "node:crypto";
import { startAcmeTestServer, type AcmeTestServer } from "./support/acmeServer";
import { issue, registered, validate } from "./support/acmeSteps";

describe("the ACME server", () => {
  let server: AcmeTestServer;
  beforeAll(async () => {
    server = await startAcmeTestServer({ classic: 7200 });
  }, 600_000);
  afterAll(() => server.close());

  it("issues a certificate that the sandbox's authority verifies, after validating the names", async () => {
    const client = await registered(server);
    const [leaf, intermediate] = await issue(server, client, [
      "meet.example.test",
      "www.example.test",
    ]);
    const authority = new X509Certificate(server.authority);
    expect(leaf?.checkHost("meet.example.test")).toBe("meet.example.test");
    expect(leaf?.checkHost("www.example.test")).toBe("www.example.test");
    expect(intermediate !== undefined && leaf?.checkIssued(intermediate)).toBe(true);
    expect(intermediate !== undefined && leaf?.verify(intermediate.publicKey)).toBe(true);
    expect(intermediate?.checkIssued(authority)).toBe(true);
    expect(intermediate?.verify(authority.publicKey)).toBe(true);
    // Clients compare the bytes of the names, not their texts.
    expect(intermediate?.raw.includes(subjectBytes(server.pebble.intermediate))).toBe(true);
  }, 60_000);

  it("gives certificates the lifetime that is set", async () => {
    const [leaf] = await issue(server, await registered(server), ["meet.example.test"]);
    const lifetime = Date.parse(leaf?.validTo ?? "") - Date.parse(leaf?.validFrom ?? "");
    expect(lifetime / 1000).toBe(7199);
  }, 60_000);

  it("serves an internal directory with issuers of its own", async () => {
    const client = await registered(server, "internal");
    const [, intermediate] = await issue(server, client, ["meet.example.test"]);
    const root = new X509Certificate(server.pebble.root);
    expect(intermediate?.verify(root.publicKey)).toBe(true);
    expect(intermediate?.checkIssued(new X509Certificate(server.authority))).toBe(false);
  }, 60_000);

  it("tells clients whose CAA records it accepts", async () => {
    const client = server.client();
    await client.open();
    expect(client.directory.meta.caaIdentities).toEqual(["letsencrypt.org"]);
  });

  it("refuses a name that does not answer with the token", async () => {
    const client = await registered(server);
    const order = await client.order(["nobody.example.test"]);
    expect(await validate(server, client, order.json.authorizations)).toEqual(["invalid"]);
  }, 60_000);

  it("counts accounts, orders and certificates of each directory", async () => {
    const before = structuredClone(server.ledger.directories);
    const client = await registered(server);
    await issue(server, client, ["meet.example.test"]);
    const refused = await client.order(["meet.example.test"], "no-such-profile");
    expect(refused.status).toBe(400);
    const { production, internal } = server.ledger.directories;
    const difference = (what: "accounts" | "orders" | "certificates"): number =>
      (production?.[what] ?? 0) - (before.production?.[what] ?? 0);
    expect([difference("accounts"), difference("orders"), difference("certificates")]).toEqual([
      1, 1, 1,
    ]);
    expect(internal).toEqual(before.internal);
    expect(server.ledger.orders.slice(-2)).toMatchObject([
      { directory: "production", names: ["meet.example.test"], status: "valid" },
      {
        ...{ directory: "production", names: ["meet.example.test"], profile: "no-such-profile" },
        status: "urn:ietf:params:acme:error:invalidProfile",
      },
    ]);
  }, 60_000);
});

describe("an ACME server with several profiles", () => {
  it("gives each its lifetime", async () => {
    const server = await startAcmeTestServer({ classic: 7200, shortlived: 600 });
    try {
      const client = await registered(server);
      expect(Object.keys(client.directory.meta.profiles)).toEqual(["classic", "shortlived"]);
      const [leaf] = await issue(server, client, ["meet.example.test"], "shortlived");
      const lifetime = Date.parse(leaf?.validTo ?? "") - Date.parse(leaf?.validFrom ?? "");
      expect(lifetime / 1000).toBe(599);
    } finally {
      await server.close();
    }
  }, 60_000);
});

/** The subject of a certificate in DER: after the issuer and the validity (RFC 5280, 4.1). */
function subjectBytes(pem: string): Buffer {
  const { raw, subject } = new X509Certificate(pem);
  const text = Buffer.from(subject.replace(/^CN=/, ""));
  const at = raw.indexOf(text);
  // The type and the length of the string precede it.
  return raw.subarray(at - 2, at + text.length);
}
