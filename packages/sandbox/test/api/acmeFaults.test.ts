import { readAcmeFault } from "../../src/acme/faults";
import type { AcmeClient } from "./support/acmeClient";
import { startAcmeTestServer, type AcmeTestServer } from "./support/acmeServer";
import { issue, registered, validate } from "./support/acmeSteps";

const urn = "urn:ietf:params:acme:error:";
const name = "meet.example.test";

describe("faults of the ACME server", () => {
  let server: AcmeTestServer;
  let client: AcmeClient;
  const fault = (spec: object) => server.faults.add(readAcmeFault(spec));

  beforeAll(async () => {
    server = await startAcmeTestServer({ classic: 7200 });
    client = await registered(server);
  }, 600_000);
  afterAll(() => server.close());
  afterEach(() => {
    server.faults.clear();
    server.records.length = 0;
  });

  it("down breaks connections, and only to its directory", async () => {
    fault({ kind: "down", directory: "production" });
    await expect(client.get("/directory")).rejects.toThrow("socket hang up");
    expect((await server.client("internal").get("/directory")).status).toBe(200);
  });

  it("unavailable answers 503 with the time to wait", async () => {
    fault({ kind: "unavailable", retryAfter: 90 });
    const answer = await client.get("/directory");
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "90" } });
  });

  it("slow delays only the requests that it names", async () => {
    fault({ kind: "slow", ms: 400, request: "nonce" });
    const timed = async (path: string): Promise<number> => {
      const begin = performance.now();
      await client.get(path);
      return performance.now() - begin;
    };
    expect(await timed("/nonce-plz")).toBeGreaterThanOrEqual(399);
    expect(await timed("/directory")).toBeLessThan(400);
  });

  it.each([
    ["html", 502, "<h1>502"],
    ["json", 200, '{"status": "val'],
    ["empty", 200, ""],
  ])("bad-answer %s is not ACME", async (form, status, text) => {
    fault({ kind: "bad-answer", form });
    // The client would parse the JSON of another type.
    const answer = await client.getText("/directory");
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it("bad-nonce refuses a signed request and gives the next nonce, with which it succeeds", async () => {
    fault({ kind: "bad-nonce", times: 1 });
    const refused = await client.orderOnce([name]);
    expect(refused).toMatchObject({ status: 400, json: { type: `${urn}badNonce` } });
    expect((await client.order([name])).status).toBe(201);
  });

  it("rate-limit refuses an order with the words and the time of Let's Encrypt", async () => {
    fault({ kind: "rate-limit", limit: "duplicates", retryAfter: 7200 });
    const before = Date.now();
    const refused = await client.order([name]);
    expect(refused).toMatchObject({
      status: 429,
      headers: { "retry-after": "7200" },
      json: { type: `${urn}rateLimited` },
    });
    const [, until = ""] =
      /^too many certificates \(5\) already issued for this exact set of identifiers in the last 168h0m0s, retry after (.+) UTC: see https:\/\/letsencrypt\.org\/docs\/rate-limits\/#new-certificates-per-exact-set-of-identifiers$/.exec(
        refused.json.detail,
      ) ?? [];
    const wait = Date.parse(`${until.replace(" ", "T")}Z`) - before;
    expect(Math.abs(wait / 1000 - 7200)).toBeLessThan(10);
    expect(server.ledger.orders.at(-1)).toMatchObject({ status: `${urn}rateLimited` });
  });

  it("rate-limit registrations refuses accounts, not orders", async () => {
    fault({ kind: "rate-limit", limit: "registrations" });
    expect((await client.order([name])).status).toBe(201);
    const other = server.client();
    await other.open();
    expect((await other.register()).status).toBe(429);
  });

  it.each(["unauthorized", "caa", "dns", "connection"])(
    "refuse %s makes the validation fail, and no certificate can follow",
    async (type) => {
      fault({ kind: "refuse", type, times: 1 });
      const order = await client.order([name]);
      expect(await validate(server, client, order.json.authorizations)).toEqual(["invalid"]);
      const [url = ""] = order.json.authorizations;
      const [challenge] = (await client.post(url)).json.challenges;
      expect(challenge?.error?.type).toBe(urn + type);
      expect((await client.post(order.json.finalize, { csr: "" })).json.type).toBe(
        `${urn}orderNotReady`,
      );
      const settled = await client.post(order.headers.location as string);
      expect(settled.json.status).toBe("invalid");
      expect(await issue(server, client, [name])).toHaveLength(2);
    },
  );

  it("refuse rejectedIdentifier refuses the order", async () => {
    fault({ kind: "refuse", type: "rejectedIdentifier" });
    expect(await client.order([name])).toMatchObject({
      status: 400,
      json: { type: `${urn}rejectedIdentifier` },
    });
  });

  it.each([
    ["another issuer on the name", name, '0 issue "other.example"', "invalid"],
    ["another issuer on a parent", "example.test", '0 issue "other.example"', "invalid"],
    ["nobody", name, '0 issue ";"', "invalid"],
    ["this issuer", name, '0 issue "letsencrypt.org; validationmethods=http-01"', "valid"],
    ["others for wildcards only", name, '0 issuewild ";"', "valid"],
  ])("CAA records that allow %s are obeyed", async (_, at, data, status) => {
    server.records.push({ name: at, type: "CAA", ttl: 60, data });
    const order = await client.order([name]);
    expect(await validate(server, client, order.json.authorizations)).toEqual([status]);
  });

  it.each([
    [{ kind: "melt" }, "kind"],
    [{ kind: "slow" }, "ms"],
    [{ kind: "refuse", type: "badly" }, "type"],
    [{ kind: "rate-limit", limit: "speed" }, "limit"],
    [{ kind: "down", directory: "test" }, "directory"],
  ])("%j is refused by its field", (spec, field) => {
    expect(() => readAcmeFault(spec)).toThrow(`'${field}'`);
  });
});
