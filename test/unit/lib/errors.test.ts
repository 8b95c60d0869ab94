import { RunError } from "@pulumi/pulumi";
import { OperatorError } from "../../../lib/errors";

describe("OperatorError", () => {
  it("is an error that the engine shows by its message alone, and has no stack to render", () => {
    const error = new OperatorError("look at the network");
    expect(RunError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ message: "look at the network", stack: undefined });
  });
});
