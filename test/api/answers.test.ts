import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/plan/labels";
import { parseSettings } from "../../lib/config/settings";
import { planCluster } from "../../lib/plan/clusterPlan";
import { AnswerError } from "../../lib/hcloud/answer";
import { ApiError, HcloudApi } from "../../lib/hcloud/hcloudApi";
import { preflight, PreflightError } from "../../lib/preflight/preflight";
import { listObjects } from "../../tools/doctor/cloudObjects";
import { deleteObject } from "../../tools/doctor/deletion";
import { OperatorError } from "../../lib/errors";
import { listCloudFirewalls } from "../../tools/status/cloudFirewalls";
import { listCloudServers } from "../../tools/status/cloudServers";
import {
  changed,
  changesOf,
  endpointOf,
  type Change,
  type RecordedAnswer,
} from "../../packages/hcloud-simulator/test/api/support/changedAnswers";
import { populate } from "../../packages/hcloud-simulator/test/api/support/populate";
import { Simulator, token } from "../../packages/hcloud-simulator/test/api/support/simulator";

const stack = "x";
const settings = parseSettings({ domain: "meet.b.test", dnsZone: "b.test", jvbCount: "1" });
const plan = planCluster(settings);

const urlOf = (input: Parameters<typeof fetch>[0]): string =>
  input instanceof Request ? input.url : input.toString();

/** Words that get into a sentence where a value is not there. */
const nonsense = /\b(undefined|NaN|Infinity|null)\b|\[object/;

describe("answers of the API without a field, with null, another type or a new word in its place", () => {
  const state = { resources: () => Promise.resolve([]), outputs: () => Promise.resolve({}) };
  let sim: Simulator;
  let api: HcloudApi;
  let said: string[];
  const realFetch = globalThis.fetch;

  beforeAll(async () => {
    sim = await Simulator.start();
    await populate(sim, labels({ stack, domain: settings.domain }));
    api = new HcloudApi({ endpoint: sim.endpoint, token }, () => Promise.resolve());
  });
  beforeEach(() => {
    said = [];
    for (const level of ["info", "warn"] as const) {
      jest.spyOn(pulumi.log, level).mockImplementation((...[text]) => {
        said.push(text);
        return Promise.resolve();
      });
    }
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => sim.close());

  /** Answers in the order in which they came, by their request. */
  async function record(read: () => Promise<unknown>): Promise<Map<string, RecordedAnswer[]>> {
    const answers = new Map<string, RecordedAnswer[]>();
    jest.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const response = await realFetch(input, init);
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => undefined);
      const method = init?.method ?? "GET";
      const url = urlOf(input);
      const key = `${method} ${url}`;
      const answer = { endpoint: endpointOf(method, url), status: response.status, body };
      answers.set(key, [...(answers.get(key) ?? []), answer]);
      return response;
    });
    await read();
    return answers;
  }

  function replay(answers: Map<string, RecordedAnswer[]>, change: Change): void {
    const count = new Map<string, number>();
    jest.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
      const key = `${init?.method ?? "GET"} ${urlOf(input)}`;
      const index = count.get(key) ?? 0;
      count.set(key, index + 1);
      const recorded = answers.get(key) ?? [];
      const answer = recorded[Math.min(index, recorded.length - 1)];
      if (answer === undefined) throw new Error(`nobody asked ${key} before`);
      const isChanged = answer.endpoint === change.endpoint;
      const body = isChanged ? changed(answer.body, change) : answer.body;
      return Promise.resolve(Response.json(body, { status: answer.status }));
    });
  }

  /** `undefined` where it worked; otherwise what the operator reads. */
  async function failure(read: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await read();
      return undefined;
    } catch (error) {
      const kinds = [AnswerError, ApiError, PreflightError, OperatorError];
      if (kinds.some((kind) => error instanceof kind)) return (error as Error).message;
      return `a bare ${String(error)}`;
    }
  }

  /** Whether a message names what it misses, or the new word that it does not know. */
  function isClear(message: string, { endpoint, path, how }: Change): boolean {
    const request = endpoint.replaceAll(/:id/g, "\\d+").replaceAll("/", "\\/");
    const place = path === "" ? "its JSON" : path.replaceAll("[]", "\\[\\d+\\]");
    if (new RegExp(`${request} .*: ${place} is `).test(message)) return true;
    // Here null is a fact: no server has the address.
    if (path === "primary_ips[].assignee_id" && how === "null") {
      return message.includes("has lost its address");
    }
    return how === "a new word" && message.includes("a-new-word");
  }

  async function tryAll(read: () => Promise<unknown>) {
    const answers = await record(read);
    const wrong: string[] = [];
    const needed: string[] = [];
    for (const change of changesOf([...answers.values()].flat())) {
      said = [];
      replay(answers, change);
      const message = await failure(read);
      const { endpoint, path, how } = change;
      const what = `${endpoint} ${path} ${how}`;
      if (message !== undefined && !isClear(message, change)) wrong.push(`${what}: ${message}`);
      const odd = said.find((text) => nonsense.test(text));
      if (odd !== undefined) wrong.push(`${what}: ${odd}`);
      if (message !== undefined && how === "absent") needed.push(`${endpoint} ${path}`);
    }
    return { wrong, needed: needed.sort() };
  }

  it("preflight works, or names the field", async () => {
    const run = () => preflight({ settings, plan, stack, api, dryRun: true, state, env: {} });
    expect(await tryAll(run)).toEqual({
      wrong: [],
      needed: [
        "GET /images images",
        "GET /images images[].architecture",
        "GET /images images[].status",
        "GET /networks networks",
        "GET /primary_ips primary_ips",
        "GET /server_types server_types",
        "GET /server_types server_types[].architecture",
        "GET /server_types server_types[].cores",
        "GET /server_types server_types[].disk",
        "GET /server_types server_types[].locations",
        "GET /server_types server_types[].locations[].name",
        "GET /server_types server_types[].memory",
        "GET /server_types server_types[].name",
        "GET /servers servers",
        "GET /servers servers[].id",
        "GET /servers servers[].labels",
        "GET /servers servers[].name",
        "GET /servers servers[].server_type",
        "GET /servers servers[].server_type.name",
        "GET /zones/b.test zone",
        "GET /zones/b.test zone.mode",
        "GET /zones/b.test/rrsets rrsets",
        "GET /zones/b.test/rrsets rrsets[].labels",
        "GET /zones/b.test/rrsets rrsets[].name",
        "GET /zones/b.test/rrsets rrsets[].type",
      ],
    });
  }, 120_000);

  it("status works, or names the field", async () => {
    const read = () => Promise.all([listCloudServers(api, stack, []), listCloudFirewalls(api)]);
    expect(await tryAll(read)).toEqual({
      wrong: [],
      needed: [
        "GET /firewalls firewalls",
        "GET /firewalls firewalls[].id",
        "GET /firewalls firewalls[].name",
        "GET /firewalls firewalls[].rules",
        "GET /firewalls firewalls[].rules[].direction",
        "GET /firewalls firewalls[].rules[].protocol",
        "GET /servers servers",
        "GET /servers servers[].id",
        "GET /servers servers[].name",
        "GET /servers servers[].public_net.firewalls[].id",
      ],
    });
  }, 120_000);

  it("doctor works, or names the field: whatever decides a deletion is needed", async () => {
    expect(await tryAll(() => listObjects(api, stack))).toEqual({
      wrong: [],
      needed: [
        "GET /firewalls firewalls",
        "GET /firewalls firewalls[].applied_to",
        "GET /firewalls firewalls[].applied_to[].applied_to_resources[].server.id",
        "GET /firewalls firewalls[].applied_to[].server.id",
        "GET /firewalls firewalls[].id",
        "GET /firewalls firewalls[].name",
        "GET /networks networks",
        "GET /networks networks[].id",
        "GET /networks networks[].name",
        "GET /networks networks[].servers",
        "GET /placement_groups placement_groups",
        "GET /placement_groups placement_groups[].id",
        "GET /placement_groups placement_groups[].name",
        "GET /placement_groups placement_groups[].servers",
        "GET /primary_ips primary_ips",
        "GET /primary_ips primary_ips[].assignee_id",
        "GET /primary_ips primary_ips[].id",
        "GET /primary_ips primary_ips[].name",
        "GET /servers servers",
        "GET /servers servers[].id",
        "GET /servers servers[].name",
        "GET /servers servers[].private_net",
        "GET /servers servers[].public_net",
        "GET /servers servers[].public_net.ipv4.ip",
        "GET /servers servers[].public_net.ipv6.ip",
        "GET /ssh_keys ssh_keys",
        "GET /ssh_keys ssh_keys[].id",
        "GET /ssh_keys ssh_keys[].name",
        "GET /zones zones",
        "GET /zones zones[].id",
        "GET /zones zones[].name",
        "GET /zones/:id/rrsets rrsets",
        "GET /zones/:id/rrsets rrsets[].name",
        "GET /zones/:id/rrsets rrsets[].records",
        "GET /zones/:id/rrsets rrsets[].records[].value",
        "GET /zones/:id/rrsets rrsets[].type",
      ],
    });
  }, 120_000);

  it("doctor --repair deletes, or names the field", async () => {
    const { id, path } = await protectedServer();
    const object = { kind: "server", id, path, name: "lost", isProtected: true } as const;
    const lost = { ...object, usedBy: [], isConnected: false };
    expect(await tryAll(() => deleteObject(api, lost, () => sim.api.idle()))).toEqual({
      wrong: [],
      needed: [
        "DELETE /servers/:id action.id",
        "DELETE /servers/:id action.status",
        "GET /actions/:id action",
        "GET /actions/:id action.id",
        "GET /actions/:id action.status",
        "POST /servers/:id/actions/change_protection action.id",
        "POST /servers/:id/actions/change_protection action.status",
      ],
    });
  }, 120_000);

  it("preflight says so where something else answers, as a proxy does with a web page", async () => {
    const page = () => Promise.resolve(new Response("<html>Please log in</html>"));
    jest.spyOn(globalThis, "fetch").mockImplementation(page);
    const run = () => preflight({ settings, plan, stack, api, dryRun: true, state, env: {} });
    expect(await failure(run)).toMatch(
      /to GET \S+ is not what this program expects: its JSON is missing, and an object is needed/,
    );
  });

  it("preflight goes on without a price, and says so", async () => {
    const run = () => preflight({ settings, plan, stack, api, dryRun: true, state, env: {} });
    const answers = await record(run);
    replay(answers, { endpoint: "GET /pricing", path: "pricing", how: "null" });
    said = [];
    expect(await run()).toMatchObject({ webServerType: "cx23", monthlyCost: undefined });
    expect(said).toContain("The cost is unknown: the API has no price for one of the hosts");
  });

  async function protectedServer(): Promise<{ id: string; path: string }> {
    const id = (await sim.server({ name: "lost" })).toString();
    const path = `/servers/${id}`;
    const both = { delete: true, rebuild: true };
    await sim.done("POST", `${path}/actions/change_protection`, both);
    return { id, path };
  }
});
