import * as pulumi from "@pulumi/pulumi";

/** An error that a person can put right: shown as its message alone. */
export class OperatorError extends pulumi.RunError {
  constructor(message: string) {
    super(message);
    // The SDK shows no stack of a RunError, but renders it all the same: with source maps and in an async
    // program that took 10 to 20 s of CPU time (Node 20, SDK 3.248).
    this.stack = undefined;
  }
}
