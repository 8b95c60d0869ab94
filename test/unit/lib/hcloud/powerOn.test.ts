import * as pulumi from "@pulumi/pulumi";
import { OperatorError } from "../../../../lib/errors";
import { ApiError, HcloudApi, UnreachableError } from "../../../../lib/hcloud/hcloudApi";
import { powerOn } from "../../../../lib/hcloud/powerOn";
import { server } from "../preflight/support/cloud";

const off = [{ ...server("jvb", 0), status: "off" }];

let said: string[];
beforeEach(() => {
  said = [];
  for (const level of ["info", "warn"] as const) {
    jest.spyOn(pulumi.log, level).mockImplementation((...[text]) => {
      said.push(`${level}: ${text}`);
      return Promise.resolve();
    });
  }
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** The calls that change something, in a cloud that answers them with `error`, or well. */
async function calls(dryRun: boolean, error?: Error): Promise<string[]> {
  const made: string[] = [];
  const api = new HcloudApi({ endpoint: "http://127.0.0.1:1", token: "t" });
  api.change = (method, path) => {
    made.push(`${method} ${path}`);
    return error === undefined ? Promise.resolve({}) : Promise.reject(error);
  };
  await powerOn(off, api, dryRun);
  return made;
}

describe("powerOn", () => {
  it("powers on what is off", async () => {
    expect(await calls(false)).toEqual(["POST /servers/100/actions/poweron"]);
    expect(said).toEqual(["info: server server-jvb-0 was off: powered on"]);
  });

  it("only tells in a preview", async () => {
    expect(await calls(true)).toEqual([]);
    expect(said).toEqual(["info: server server-jvb-0 is off; pulumi up powers it on"]);
  });

  it("goes on where the cloud refuses, with the command to type", async () => {
    await calls(false, new ApiError(423, "locked", "server is locked"));
    expect(said).toEqual([
      "warn: server server-jvb-0 is off and cannot be powered on (server is locked): hcloud server poweron server-jvb-0",
    ]);
  });

  it("stops where nobody answers", async () => {
    const refusal = "no answer:\n      check the network, then: pulumi up";
    await expect(calls(false, new UnreachableError("no answer"))).rejects.toThrow(
      new OperatorError(`Server server-jvb-0 is off and cannot be powered on.\n  ${refusal}`),
    );
  });
});
