import { checkGoneServers } from "../../../preflight/goneServers";
import { ApiError, UnreachableError } from "../../../preflight/hcloudApi";
import { server, stateServer } from "./support/cloud";

const noSuchServer = {
  get: () => Promise.reject(new ApiError(404, "not_found", "server not found")),
};

describe("checkGoneServers", () => {
  it("finds nothing where Hetzner lists every server of the state", async () => {
    const asked = { get: () => Promise.reject(new Error("asked")) };
    const servers = [server("jvb", 0), server("jvb", 1)];
    const state = [stateServer("100", "0"), stateServer("101", "1")];
    expect(await checkGoneServers(state, servers, asked)).toEqual({ obstacles: [], warnings: [] });
  });

  it("names each server that was deleted outside, with the way out", async () => {
    const state = [stateServer("100", "0"), stateServer("7", "1"), stateServer("8", "2")];
    const { obstacles } = await checkGoneServers(state, [server("jvb", 0)], noSuchServer);
    expect(obstacles).toEqual([
      {
        reason:
          "The server of jvb-1 (jitsi-jvb-1-a, id 7) is not at Hetzner any more, and the stack's state still has it",
        fix: "pulumi refresh  # takes it out of the state; then: pulumi up",
      },
      expect.objectContaining({ reason: expect.stringContaining("jvb-2") as string }),
    ]);
  });

  it("does not take lost labels for a deletion", async () => {
    const there = { get: () => Promise.resolve({ server: {} }) };
    expect(await checkGoneServers([stateServer("7", "1")], [], there)).toEqual({
      obstacles: [],
      warnings: [
        "server jitsi-jvb-1-a (jvb-1) has lost this stack's labels: pulumi refresh, then: pulumi up",
      ],
    });
  });

  it("does not take silence for a deletion", async () => {
    const silent = { get: () => Promise.reject(new UnreachableError("no answer")) };
    await expect(checkGoneServers([stateServer("7", "1")], [], silent)).rejects.toThrow(
      "no answer",
    );
  });

  it("leaves other resources of the state alone", async () => {
    const network = { ...stateServer("7", "1"), type: "hcloud:index/network:Network" };
    expect((await checkGoneServers([network], [], noSuchServer)).obstacles).toEqual([]);
  });
});
