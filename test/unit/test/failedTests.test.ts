import { failedTests } from "../../failedTests";

const colour = "\u001b[31m";

describe("the tests that failed in a run of jest", () => {
  it("are named with their file and the first line of why", () => {
    const report = {
      testResults: [
        {
          name: "/project/test/unit/good.test.ts",
          status: "passed",
          message: "",
          assertionResults: [{ status: "passed", fullName: "adds", failureMessages: [] }],
        },
        {
          name: "/project/test/unit/bad.test.ts",
          status: "failed",
          message: "all of it",
          assertionResults: [
            { status: "passed", fullName: "adds", failureMessages: [] },
            {
              status: "failed",
              fullName: "sums lists",
              failureMessages: [`\n${colour}Error: no sum\n    at sum (sum.ts:1:1)`],
            },
          ],
        },
        {
          name: "/project/test/unit/broken.test.ts",
          status: "failed",
          message: "\n  Cannot find module\n",
          assertionResults: [],
        },
      ],
    };
    expect(failedTests(report, "/project")).toEqual([
      "test/unit/bad.test.ts: sums lists: Error: no sum",
      "test/unit/broken.test.ts: Cannot find module",
    ]);
  });
});
