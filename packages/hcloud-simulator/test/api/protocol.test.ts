import { adminPath } from "../../src/adminPath";
import { createApi } from "../../src/server";

import { RecordingDriver } from "./support/recordingDriver";
import { publicRanges, Simulator, token } from "./support/simulator";

describe("the API's conventions", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.close());

  it("requires a token", async () => {
    expect(await sim.request("GET", "/servers", undefined, {})).toEqual({
      status: 401,
      body: { error: { code: "unauthorized", message: "token is required", details: {} } },
    });
  });

  it("refuses a wrong token", async () => {
    const headers = { authorization: `Bearer ${"x".repeat(64)}` };
    const answer = await sim.request("GET", "/servers", undefined, headers);
    expect(answer.status).toBe(401);
    expect(answer.body.error?.message).toBe("the token you have provided is invalid");
  });

  it("accepts any token of 64 characters when none is set, but no shorter one", async () => {
    const open = await Simulator.start({ token: undefined });
    const status = async (given: string) =>
      (await open.request("GET", "/servers", undefined, { authorization: `Bearer ${given}` }))
        .status;
    expect(await status("x".repeat(64))).toBe(200);
    expect(await status("x".repeat(63))).toBe(401);
    await open.close();
  });

  it("does not start with a token that the provider would refuse", async () => {
    const api = createApi({ publicRanges, driver: new RecordingDriver(), token: "short" });
    await expect(api).rejects.toThrow("token has 5 characters; the API's have 64");
  });

  it("answers an unknown route before it checks the token, and records it", async () => {
    expect(await sim.request("POST", "/nothing?x=1", {}, {})).toEqual({
      status: 404,
      body: { error: { code: "not_found", message: "api route not found", details: {} } },
    });
    expect(sim.api.unhandled).toEqual(["POST /v1/nothing?x=1"]);
  });

  it("records a path that cannot be decoded as unknown", async () => {
    const answer = await sim.get("/servers/%zz");
    expect(answer.status).toBe(404);
    expect(answer.body.error?.code).toBe("not_found");
    expect(sim.api.unhandled).toEqual(["GET /v1/servers/%zz"]);
  });

  it("answers json_error to what is not JSON", async () => {
    const answer = await sim.post("/ssh_keys", "{");
    expect(answer.status).toBe(400);
    expect(answer.body.error?.code).toBe("json_error");
  });

  it("names all wrong fields of a body at once", async () => {
    const answer = await sim.post("/networks", { name: 7, subnets: [{ type: "cloud" }] });
    expect(answer).toEqual({
      status: 422,
      body: {
        error: {
          code: "invalid_input",
          message: "invalid input in fields 'name', 'ip_range', 'subnets.0.network_zone'",
          details: {
            fields: [
              { name: "name", messages: ["must be a string"] },
              { name: "ip_range", messages: ["Missing data for required field."] },
              {
                name: "subnets.0.network_zone",
                messages: ["Missing data for required field."],
              },
            ],
          },
        },
      },
    });
  });

  it("refuses a body that is a list", async () => {
    const answer = await sim.post("/networks", []);
    expect(answer.body.error?.details).toEqual({
      fields: [{ name: "body", messages: ["must be an object"] }],
    });
  });

  it("names the resource that does not exist", async () => {
    for (const path of ["servers", "networks", "firewalls", "primary_ips", "placement_groups"]) {
      const answer = await sim.get(`/${path}/4711`);
      expect(answer.status).toBe(404);
      expect(answer.body.error?.message).toBe(`${path.slice(0, -1)} with ID '4711' not found`);
    }
    expect((await sim.get("/servers/abc")).status).toBe(404);
    expect(sim.api.unhandled).toEqual([]);
  });

  it("shows servers, calls by route and unknown requests outside of /v1", async () => {
    await sim.server();
    await sim.get("/servers/1");
    await sim.get("/nothing");
    const response = await fetch(sim.endpoint.replace("/v1", `${adminPath}/status`));
    expect(await response.json()).toMatchObject({
      servers: 1,
      unhandled: ["GET /v1/nothing"],
      calls: { "POST /servers": 1, "GET /servers/:id": 1 },
    });
  });

  it("waits for the configured latency before it answers", async () => {
    const slow = await Simulator.start({ latency: { requestMs: 80 } });
    const before = Date.now();
    await slow.get("/locations");
    expect(Date.now() - before).toBeGreaterThanOrEqual(75);
    await slow.close();
  });

  it("never shows its token", async () => {
    const answer = await sim.get("/servers");
    expect(JSON.stringify(answer.body)).not.toContain(token);
  });
});

describe("lists", () => {
  let sim: Simulator;

  beforeAll(async () => {
    sim = await Simulator.start();
    for (let i = 0; i < 28; i++) {
      const labels = { index: String(i % 3), ...(i === 5 && { odd: "" }) };
      const name = `group-${String(i).padStart(2, "0")}`;
      await sim.done("POST", "/placement_groups", { name, type: "spread", labels });
    }
  });
  afterAll(() => sim.close());

  const names = async (query: string) => {
    const { body } = await sim.get(`/placement_groups?${query}`);
    return (body.placement_groups as unknown as { name: string }[]).map(({ name }) => name);
  };

  it("have 25 entries a page and report the position of the page", async () => {
    const { body } = await sim.get("/placement_groups");
    expect(body.meta).toEqual({
      pagination: {
        page: 1,
        per_page: 25,
        previous_page: null,
        next_page: 2,
        last_page: 2,
        total_entries: 28,
      },
    });
    expect(await names("page=2")).toEqual(["group-25", "group-26", "group-27"]);
    expect(await names("page=3")).toEqual([]);
  });

  it("give at most 50 entries a page", async () => {
    const { body } = await sim.get("/placement_groups?per_page=500");
    expect(body.meta?.pagination?.per_page).toBe(50);
  });

  it("refuse a page that is not a number", async () => {
    expect((await sim.get("/placement_groups?page=0")).status).toBe(422);
  });

  it("sort by more than one field, in both directions", async () => {
    expect((await names("sort=name:desc&per_page=2"))[0]).toBe("group-27");
    expect((await names("sort=name&sort=id:desc"))[0]).toBe("group-00");
    expect((await sim.get("/placement_groups?sort=servers")).status).toBe(422);
  });

  it("find by name", async () => {
    expect(await names("name=group-07")).toEqual(["group-07"]);
    expect(await names("name=nothing")).toEqual([]);
  });

  it.each([
    ["index=0,odd", []],
    ["odd", ["group-05"]],
    ["index==2,odd", ["group-05"]],
  ])("filter by the label selector %s", async (selector, expected) => {
    expect(await names(`label_selector=${encodeURIComponent(selector)}`)).toEqual(expected);
  });

  it("refuse an invalid selector", async () => {
    const answer = await sim.get("/placement_groups?label_selector=a%20b");
    expect(answer.status).toBe(422);
    expect(answer.body.error?.details?.fields?.[0]?.name).toBe("label_selector");
  });
});
