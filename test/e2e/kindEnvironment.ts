import type { EnvironmentContext, JestEnvironmentConfig } from "@jest/environment";
import type { Circus } from "@jest/types";
import { TestEnvironment } from "jest-environment-node";
import { basename } from "node:path";
import { testedKind, testsStandIns } from "./kind";
import { standInCases } from "./standInCases";

/**
 * Runs the tests of whole clusters. With Jitsi's own packages, it skips the cases that hold for
 * stand-ins only, prints each of them, and how many there are in the file.
 */
export default class KindEnvironment extends TestEnvironment {
  private readonly file: string;

  public constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    this.file = basename(context.testPath);
  }

  /** Before the first test runs: a `beforeAll` whose tests are all skipped does not run. */
  public handleTestEvent(event: Circus.Event, state: Circus.State): void {
    if (event.name !== "run_start") return;
    const listed = standInCases[this.file] ?? {};
    const tests = allTests(state.rootDescribeBlock);
    const unknown = Object.keys(listed).filter((title) =>
      tests.every(({ name }) => name !== title),
    );
    if (unknown.length > 0) {
      throw new Error(
        `standInCases.ts names tests that ${this.file} does not have: ${unknown.join("; ")}`,
      );
    }
    if (testsStandIns()) return;
    const skipped = tests.filter(({ name }) => name in listed);
    for (const test of skipped) {
      test.mode = "skip";
      print(`SKIPPED with ${testedKind()}, because ${listed[test.name] ?? ""}: ${test.name}`);
    }
    if (skipped.length > 0) {
      print(
        `${this.file}: ${skipped.length.toString()} of ${tests.length.toString()} skipped with ${testedKind()}`,
      );
    }
  }
}

function allTests({ children }: Circus.DescribeBlock): Circus.TestEntry[] {
  return children.flatMap((child) => (child.type === "test" ? [child] : allTests(child)));
}

/** Past jest's own console, which needs a running test. */
function print(line: string): void {
  process.stderr.write(`${line}\n`);
}
