import { RunError } from "@pulumi/pulumi/errors";

/** An error that the operator can fix. The program and the commands show its message without a stack trace. */
export class OperatorError extends RunError {
  constructor(message: string) {
    super(message);
    // The SDK shows no stack of a RunError, but renders it all the same: with source maps and in an async
    // program that took 10 to 20 s of CPU time (Node 20, SDK 3.248).
    this.stack = undefined;
  }
}
