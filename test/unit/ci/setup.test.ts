import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, workflow, type Job } from "./workflows";

/** The programs of this repository that run the sandbox. */
const sandboxPrograms = /\.ci\/run|ci\/preview-in-sandbox\.sh/;

/** What a job sets up, for those that do. */
function setUpFor({ steps }: Job): unknown {
  const step = steps.find(({ uses }) => uses === "./.github/actions/setup");
  return step && (step.with?.for ?? "deployment");
}

describe("the setup of a workflow's job", () => {
  it("has development tools and the sandbox's packages exactly where the sandbox runs", () => {
    const names = readdirSync(join(root, ".github/workflows"), "utf8");
    const jobs = names.flatMap((name) => Object.values(workflow(name.replace(".yml", "")).jobs));
    const setUp = jobs.filter((job) => setUpFor(job) !== undefined);
    expect(setUp).toHaveLength(7);
    for (const job of setUp) {
      const runsSandbox = job.steps.some(({ run }) => sandboxPrograms.test(run ?? ""));
      expect([job, setUpFor(job)]).toEqual([job, runsSandbox ? "development" : "deployment"]);
    }
  });
});
