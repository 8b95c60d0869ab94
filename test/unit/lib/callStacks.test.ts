import * as pulumi from "@pulumi/pulumi";
import { leaveOutCallStacks } from "../../../lib/callStacks";

const sdk = pulumi.Resource as unknown as { stackTrace: (skip: number) => readonly object[] };

describe("leaveOutCallStacks", () => {
  it("replaces what the SDK asks for the calls that made a resource", () => {
    const before = sdk.stackTrace;
    // With another name in a later SDK, the state would have call stacks again.
    expect(before(0).length).toBeGreaterThan(3);
    leaveOutCallStacks();
    expect(sdk.stackTrace(0)).toEqual([]);
    sdk.stackTrace = before;
  });
});
