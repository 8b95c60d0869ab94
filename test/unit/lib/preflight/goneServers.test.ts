import { checkGoneServers } from "../../../../lib/preflight/goneServers";
import { ApiError, UnreachableError } from "../../../../lib/hcloud/hcloudApi";
import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import type { EngineState } from "../../../../lib/preflight/engineState";
import { planOf, server, stateOf, stateServer } from "./support/cloud";

const noSuchServer = {
  get: () => Promise.reject(new ApiError(404, "not_found", "server not found")),
};
const asked = { get: () => Promise.reject(new Error("asked")) };
const all = [server("web"), server("jvb", 0), server("jvb", 1)];

const check = (state: EngineState, servers = all, api = noSuchServer, jvbCount = 2) =>
  checkGoneServers(
    state,
    plannedHosts(planOf({ jvbCount: jvbCount.toString() }), servers),
    servers,
    api,
  );

describe("checkGoneServers", () => {
  it("finds nothing, and reads no large state, where Hetzner lists every server", async () => {
    const state = stateOf(stateServer("100", "0"), stateServer("101", "1"));
    const small = { ...state, resources: () => Promise.reject(new Error("read")) };
    expect(await check(small, all, asked)).toEqual({ problems: [], warnings: [] });
  });

  it("does not take the web host's own bridge for a server", async () => {
    const outputs = () => Promise.resolve({ bridges: [{ nickname: "jvb-local-99" }] });
    const state = { outputs, resources: () => Promise.reject(new Error("read")) };
    expect((await check(state, all, asked)).problems).toEqual([]);
  });

  it("names a declared server that was deleted outside, with the way out", async () => {
    const state = stateOf(stateServer("100", "0"), stateServer("7", "1"));
    // Outputs are as old as the last run that got to them.
    const failed = { ...state, outputs: () => Promise.resolve({}) };
    expect((await check(failed, all.slice(0, 2))).problems).toEqual([
      {
        reason:
          "The server of jvb-1 (jitsi-jvb-1-a, id 7) does not exist at Hetzner any more, but the stack's state still contains it",
        fix: "pulumi refresh  # removes it from the state; then: pulumi up",
      },
    ]);
  });

  it("names one that is not declared any more, and whose deletion would fail", async () => {
    const state = stateOf(stateServer("100", "0"), stateServer("7", "1"));
    const { problems } = await check(state, all.slice(0, 2), noSuchServer, 1);
    expect(problems).toMatchObject([{ reason: expect.stringContaining("jvb-1") as string }]);
  });

  it("does not take lost labels for a deletion", async () => {
    const there = { get: () => Promise.resolve({ server: {} }) };
    const state = stateOf(stateServer("7", "1"));
    expect(await check(state, [], there as never)).toEqual({
      problems: [],
      warnings: [
        "server jitsi-jvb-1-a (jvb-1) has lost this stack's labels: pulumi refresh; then: pulumi up",
      ],
    });
  });

  it("does not take silence for a deletion", async () => {
    const silent = { get: () => Promise.reject(new UnreachableError("no answer")) };
    await expect(check(stateOf(stateServer("7", "1")), [], silent)).rejects.toThrow("no answer");
  });

  it("leaves other resources of the state alone", async () => {
    const network = { ...stateServer("7", "1"), type: "hcloud:index/network:Network" };
    expect((await check(stateOf(network), [])).problems).toEqual([]);
  });
});
