import { errorCodes } from "../../src/errors";

import { populate } from "./support/populate";
import { Simulator, type Json } from "./support/simulator";

/**
 * Facts that hold for the simulator and for Hetzner. To run the tests against the real API
 * (read-only):
 *
 *   CONTRACT_ENDPOINT=https://api.hetzner.cloud/v1 CONTRACT_TOKEN=... \
 *     npx jest --selectProjects api --testPathPatterns contract
 *
 * CONTRACT_WRITE=yes also creates and deletes a network, a firewall and a placement group in that
 * project. They are free, and their names begin with `contract-`.
 */
const endpoint = process.env.CONTRACT_ENDPOINT;
const token = process.env.CONTRACT_TOKEN ?? "";
const writes = endpoint === undefined || process.env.CONTRACT_WRITE === "yes";
const name = `contract-${process.pid.toString()}`;

let sim: Simulator | undefined;
let request: (
  method: string,
  path: string,
  body?: unknown,
  token?: string,
) => ReturnType<Simulator["request"]>;

beforeAll(async () => {
  if (endpoint === undefined) {
    sim = await Simulator.start();
    await populate(sim);
  }
  const base = endpoint ?? sim?.endpoint ?? "";
  const ownToken = endpoint === undefined ? "t".repeat(64) : token;
  request = async (method, path, body, given = ownToken) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(given && { authorization: `Bearer ${given}` }),
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : {}) as Json };
  };
});
afterAll(() => sim?.close());

const rows = (json: Json | undefined) => json as unknown as readonly Record<string, unknown>[];

describe("reading", () => {
  it.each([
    ["/servers", "servers"],
    ["/images", "images"],
    ["/networks", "networks"],
    ["/firewalls", "firewalls"],
    ["/placement_groups", "placement_groups"],
    ["/primary_ips", "primary_ips"],
    ["/ssh_keys", "ssh_keys"],
    ["/zones", "zones"],
    ["/locations", "locations"],
    ["/server_types", "server_types"],
    ["/isos", "isos"],
  ])("%s answers a page with its position in the list", async (path, field) => {
    const { status, body } = await request("GET", `${path}?per_page=1`);
    expect(status).toBe(200);
    expect(Array.isArray(body[field])).toBe(true);
    const keys = ["last_page", "next_page", "page", "per_page", "previous_page", "total_entries"];
    expect(Object.keys(body.meta?.pagination ?? {}).sort()).toEqual(keys);
    expect(body.meta?.pagination).toMatchObject({ page: 1, per_page: 1, previous_page: null });
  });

  it("server types have their locations, with the price in each", async () => {
    const { body } = await request("GET", "/server_types?name=cx23");
    const [type] = rows(body.server_types);
    expect(type).toMatchObject({
      cores: 2,
      memory: 4,
      disk: 40,
      architecture: "x86",
      storage_type: "local",
    });
    expect((type?.locations as Json[]).map((at) => Object.keys(at).sort())).toContainEqual([
      "available",
      "deprecation",
      "id",
      "name",
      "recommended",
    ]);
    expect(Object.keys((type?.prices as Json[])[0] ?? {}).sort()).toEqual([
      "included_traffic",
      "location",
      "price_hourly",
      "price_monthly",
      "price_per_tb_traffic",
    ]);
  });

  it("there is a Debian 12 for both architectures", async () => {
    const { body } = await request("GET", "/images?name=debian-12&type=system");
    expect(
      rows(body.images)
        .map(({ architecture }) => architecture)
        .sort(),
    ).toEqual(["arm", "x86"]);
  });

  it("locations have their network zones", async () => {
    const { body } = await request("GET", "/locations");
    const zones = rows(body.locations).map((row) => [row.name, row.network_zone]);
    expect(zones).toEqual(
      expect.arrayContaining([
        ["fsn1", "eu-central"],
        ["ash", "us-east"],
      ]),
    );
  });

  it("prices are texts with net and gross", async () => {
    const { body } = await request("GET", "/pricing");
    expect(body.pricing).toMatchObject({ currency: expect.any(String) as string });
    expect(rows(body.pricing?.primary_ips).map(({ type }) => type)).toEqual(["ipv4", "ipv6"]);
  });
});

describe("errors", () => {
  const codes = [...errorCodes];
  const error = async (...call: Parameters<typeof request>) => {
    const { status, body } = await request(...call);
    expect(codes).toContain(body.error?.code);
    return [status, body.error?.code];
  };

  it("come for a missing and a wrong token", async () => {
    expect(await error("GET", "/servers", undefined, "")).toEqual([401, "unauthorized"]);
    expect(await error("GET", "/servers", undefined, "x".repeat(64))).toEqual([
      401,
      "unauthorized",
    ]);
  });

  it("come for a resource that does not exist", async () => {
    expect(await error("GET", "/servers/1")).toEqual([404, "not_found"]);
    expect(await error("GET", "/no_such_route")).toEqual([404, "not_found"]);
  });

  it("come for a wrong page, sort order and selector", async () => {
    for (const query of ["page=0", "sort=nonsense", "label_selector=a%20b"])
      expect(await error("GET", `/servers?${query}`)).toEqual([422, "invalid_input"]);
  });

  it("come for an endpoint that was removed", async () => {
    expect(await error("GET", "/datacenters")).toEqual([410, "deprecated_api_endpoint"]);
  });
});

(writes ? describe : describe.skip)("writing", () => {
  it.each([
    ["/placement_groups", "placement_group", { type: "spread" }],
    ["/networks", "network", { ip_range: "10.0.0.0/16" }],
    ["/firewalls", "firewall", { rules: [] }],
  ])(
    "%s makes, renames and deletes, and refuses the same name twice",
    async (path, one, fields) => {
      const made = await request("POST", path, { name, labels: { a: "b" }, ...fields });
      expect(made.status).toBe(201);
      expect(made.body[one]).toMatchObject({ name, labels: { a: "b" } });
      const thing = `${path}/${Number(made.body[one]?.id)}`;
      try {
        const twice = await request("POST", path, { name, ...fields });
        expect([twice.status, twice.body.error?.code]).toEqual([409, "uniqueness_error"]);
        const renamed = await request("PUT", thing, { name: `${name}-b` });
        expect([renamed.status, renamed.body[one]?.name]).toEqual([200, `${name}-b`]);
        const found = await request("GET", `${path}?label_selector=a%3Db&name=${name}-b`);
        expect(found.body.meta?.pagination).toMatchObject({ total_entries: 1 });
      } finally {
        expect((await request("DELETE", thing)).status).toBe(204);
      }
      expect((await request("GET", thing)).status).toBe(404);
    },
  );

  it.each([
    ["/servers/1/actions/reset_password", {}],
    ["/servers/1/actions/request_console", {}],
    ["/zones/1/actions/import_zonefile", { zonefile: "$TTL 3600" }],
  ])("%s requires an existing resource", async (path, body) => {
    const { status, body: answer } = await request("POST", path, body);
    expect([status, answer.error?.code]).toEqual([404, "not_found"]);
  });

  it("answers a wrong creation with the details of each field", async () => {
    const answer = await request("POST", "/networks", { name, ip_range: "1.2.3.0/24" });
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: "invalid_input", details: { fields: [{ name: "ip_range" }] } } },
    });
    const reserved = { name, type: "spread", labels: { "hetzner.cloud/x": "y" } };
    expect((await request("POST", "/placement_groups", reserved)).body.error?.code).toBe(
      "invalid_input",
    );
    expect((await request("POST", "/placement_groups", "{")).body.error?.code).toBe("json_error");
  });
});
