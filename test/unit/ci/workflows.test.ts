import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runStep, workflow } from "./workflows";

const names = readdirSync(join(root, ".github/workflows")).map((file) => file.replace(".yml", ""));
const preview = (name: string): string =>
  join(__dirname, "../tools/previewSummary/previews", `${name}.json`);
/** The project's own tool, where a step asks npm for it; nothing else of npm. */
const npm = `if [[ $3 == preview:summary ]]; then shift 4; exec node --import tsx "${root}/tools/previewSummary/cli.ts" "$@"; fi`;

describe("the workflows", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "workflow-"));
    symlinkSync(join(root, "ci"), join(dir, "ci"));
    symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it.each(names)("%s grants nothing to all jobs, and each job what it needs", (name) => {
    const { permissions, jobs } = workflow(name);
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(Object.values(job.permissions)).not.toContain("write-all");
      expect(job.permissions.contents).toBe("read");
    }
  });

  it.each(names)(
    "%s pins its actions by commit, and puts no expression into shell text",
    (name) => {
      for (const { steps } of Object.values(workflow(name).jobs)) {
        for (const { uses, run } of steps) {
          expect(uses ?? "./").toMatch(/^\.\/|@[0-9a-f]{40}$/);
          expect(run ?? "").not.toContain("${{");
        }
      }
    },
  );

  // From -v=3 on, and with --debug, Pulumi's log has secrets in clear: docs/security.md. The tests below compare each call
  // of pulumi in a step that has secrets with all of its arguments.
  it.each(names)("%s sets no variable that makes a program's log longer", (name) => {
    const { env, jobs } = workflow(name);
    const blocks = Object.values(jobs).flatMap((job) => [job, ...job.steps]);
    const variables = [env, ...blocks.map((block) => block.env)].flatMap((one) =>
      Object.keys(one ?? {}),
    );
    expect(variables.filter((variable) => /LOG|DEBUG|VERBOS|TRACE/i.test(variable))).toEqual([]);
  });

  it("has a test for each step with shell text", () => {
    const steps = names.flatMap((name) =>
      Object.entries(workflow(name).jobs).flatMap(([job, { steps }]) =>
        steps
          .filter(({ run }) => run !== undefined)
          .map((step) => `${name} ${job} ${step.name ?? ""}`),
      ),
    );
    expect(steps.sort()).toEqual([
      "checks node Node.js and SDK ${{ matrix.versions }}",
      "checks test all suites",
      "deploy deploy deploy",
      "drift drift compare",
      "drift drift issue",
      "preview sandbox preview in the sandbox",
      "preview stack comment",
      "preview stack preview",
      "preview stack rules",
      "preview-comment comment comment",
    ]);
  });

  it("gives a fork no secret, and no right to write", () => {
    const { sandbox, stack } = workflow("preview").jobs;
    expect(JSON.stringify(sandbox)).not.toContain("secrets.");
    expect(sandbox?.permissions).toEqual({ contents: "read" });
    expect(stack?.if).toContain("head.repo.full_name == github.repository");
    // What runs with the right to write checks out the default branch.
    const [checkout] = workflow("preview-comment").jobs.comment?.steps ?? [];
    expect(checkout?.with?.ref).toBe("${{ github.event.repository.default_branch }}");
    expect(JSON.stringify(workflow("preview-comment"))).not.toContain("secrets.");
  });

  it("never cuts a deployment, and asks before it", () => {
    const { concurrency, jobs } = workflow("deploy");
    expect(concurrency).toEqual({ group: "stack", "cancel-in-progress": false });
    expect(jobs.deploy?.environment).toBe("production");
  });

  // GitHub cancels the run that waits in a group when another one of the group is queued.
  it("has no other workflow that could take the place of a deployment that waits", () => {
    const groups = names
      .filter((name) => name !== "deploy")
      .map((name) => workflow(name).concurrency.group);
    expect(groups).not.toContain(workflow("deploy").concurrency.group);
  });

  it("gives every call of pulumi on the stack the state, the passphrase, the keys of a bucket, and a token", () => {
    const calls = names
      .flatMap((name) => Object.values(workflow(name).jobs).flatMap(({ steps }) => steps))
      .filter(({ run }) => run?.includes("pulumi ") === true);
    expect(calls).toHaveLength(4);
    for (const { env } of calls) {
      expect(Object.keys(env ?? {})).toEqual(
        expect.arrayContaining([
          "STACK",
          "PULUMI_BACKEND_URL",
          "PULUMI_ACCESS_TOKEN",
          "PULUMI_CONFIG_PASSPHRASE",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "HCLOUD_TOKEN",
        ]),
      );
    }
  });

  it("runs the test command as root, with what it needs of the environment", () => {
    symlinkSync(join(root, ".ci"), join(dir, ".ci"));
    const step = { workflow: "checks", job: "test", step: "all suites" };
    expect(runStep(dir, step, { sudo: 'shift; exec "$@"', make: "" }).calls).toEqual([
      "sudo --preserve-env=PATH,CI .ci/run",
      "make test",
    ]);
  });

  it("runs the tests of each Node.js with the versions that the matrix names", () => {
    const step = {
      workflow: "checks",
      job: "node",
      step: "Node.js and SDK ${{ matrix.versions }}",
    };
    expect(workflow("checks").jobs.node?.steps.at(-1)?.env).toEqual({
      VERSIONS: "${{ matrix.versions }}",
    });
    const fake = '#!/bin/bash\necho "test-node $*" >>"$CALLS"\n';
    rmSync(join(dir, "ci"));
    mkdirSync(join(dir, "ci"));
    writeFileSync(join(dir, "ci/test-node.sh"), fake, { mode: 0o755 });
    expect(runStep(dir, step, {}, { VERSIONS: "24:3.276.0" }).calls).toEqual([
      "test-node 24:3.276.0",
    ]);
  });

  describe("the preview of the stack", () => {
    const step = { workflow: "preview", job: "stack", step: "preview" };

    it("summarises the plan", () => {
      const ran = runStep(
        dir,
        step,
        { npm, pulumi: `cat "${preview("scale-up")}"` },
        { STACK: "dev" },
      );
      expect([ran.code, ran.stepOutputs]).toEqual([0, "code=0\n"]);
      expect(ran.calls[0]).toBe("pulumi preview --stack dev --json --non-interactive");
      expect(readFileSync(join(dir, "summary"), "utf8")).toContain("### Preview of dev\n");
    });

    it("still comments on a failed one, and tells the failure on", () => {
      const pulumi = `cat "${preview("config-error")}"; exit 255`;
      const ran = runStep(dir, step, { npm, pulumi }, { STACK: "dev" });
      expect([ran.code, ran.stepOutputs]).toEqual([0, "code=1\n"]);
      expect(readFileSync(join(dir, "summary.md"), "utf8")).toContain("**The preview failed.**");
    });

    it("fails at the end where the preview did, or where a rule is broken", () => {
      const rules = { ...step, step: "rules" };
      const env = { STACK: "dev", CODE: "0" };
      expect(runStep(dir, rules, { pulumi: "" }, env)).toMatchObject({
        code: 0,
        calls: ["pulumi preview --stack dev --policy-pack policy --non-interactive"],
      });
      expect(runStep(dir, rules, { pulumi: "" }, { ...env, CODE: "1" }).code).toBe(1);
      expect(runStep(dir, rules, { pulumi: "exit 255" }, env).code).toBe(255);
    });

    it("puts the summary under the pull request", () => {
      const comment = { ...step, step: "comment" };
      writeFileSync(join(dir, "summary.md"), "<!-- jitsi-hetzner preview -->\n\ntext\n");
      const ran = runStep(dir, comment, { gh: "" }, { NUMBER: "5", GH_TOKEN: "x" });
      expect(ran.calls.at(-1)).toBe(
        "gh api --method POST repos/o/r/issues/5/comments --field body=@summary.md --silent",
      );
    });
  });

  it("previews a fork in the sandbox, without an account", () => {
    const step = { workflow: "preview", job: "sandbox", step: "preview in the sandbox" };
    rmSync(join(dir, "ci"));
    mkdirSync(join(dir, "ci"));
    writeFileSync(
      join(dir, "ci/preview-in-sandbox.sh"),
      `#!/bin/bash\ncp "${preview("scale-up")}" "$1"\n`,
      {
        mode: 0o755,
      },
    );
    expect(runStep(dir, step, { npm }).code).toBe(0);
    expect(readFileSync(join(dir, "summary"), "utf8")).toContain(
      "**adds bridges jvb-2 and jvb-3 (cpx42, fsn1); touches no other host",
    );
  });

  describe("the comment for a fork", () => {
    const step = { workflow: "preview-comment", job: "comment", step: "comment" };
    const env = { HEAD_OWNER: "f", HEAD_BRANCH: "b", HEAD_SHA: "abc", GH_TOKEN: "x" };
    const gh = (sha: string): string =>
      `[[ $* == *"head=f:b"* ]] && echo '[{"number": 6, "head": {"sha": "${sha}"}}]'; exit 0`;
    const leave = (text: string): void => {
      mkdirSync(join(dir, "preview"));
      writeFileSync(join(dir, "preview/preview.json"), text);
    };

    it("goes to the pull request that GitHub names, also for a failed preview", () => {
      leave(readFileSync(preview("config-error"), "utf8"));
      const ran = runStep(dir, step, { gh: gh("abc"), npm }, env);
      expect(ran.code).toBe(0);
      expect(ran.calls.at(-1)).toContain("--method POST repos/o/r/issues/6/comments");
    });

    it("is not written where the commit is no longer the newest", () => {
      leave("{}");
      const ran = runStep(dir, step, { gh: gh("def"), npm }, env);
      expect([ran.code, ran.calls.length]).toEqual([0, 1]);
      expect(ran.output).toContain("no open pull request has the commit abc");
    });

    it("is not written from what is no preview", () => {
      leave("no json");
      const ran = runStep(dir, step, { gh: gh("abc"), npm }, env);
      expect(ran.code).not.toBe(0);
      expect(ran.calls.filter((call) => call.includes("--method P"))).toEqual([]);
    });
  });

  it("deploys with the rules, and without asking again", () => {
    const step = { workflow: "deploy", job: "deploy", step: "deploy" };
    expect(runStep(dir, step, { pulumi: "" }, { STACK: "prod" }).calls).toEqual([
      "pulumi up --stack prod --yes --non-interactive --policy-pack policy",
    ]);
    expect(runStep(dir, step, { pulumi: "exit 3" }, { STACK: "prod" }).code).toBe(3);
  });

  describe("the drift job", () => {
    const step = { workflow: "drift", job: "drift", step: "compare" };
    const run = (pulumi: string, status: string) =>
      runStep(dir, step, { pulumi, npm: status }, { STACK: "prod" });

    it.each([
      ["echo same", "echo '{}'", "none"],
      ["echo changed; exit 1", "echo '{}'", "found"],
      ["echo same", "echo '{\"ok\": false}'; exit 1", "found"],
    ])("compares the cloud (%s) and the hosts (%s): %s", (pulumi, status, outcome) => {
      const ran = run(pulumi, status);
      expect(ran.code).toBe(0);
      expect(ran.stepOutputs).toMatch(
        new RegExp(`^began=20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\noutcome=${outcome}\n$`),
      );
      expect(ran.calls).toEqual([
        "pulumi preview --stack prod --refresh --expect-no-changes --non-interactive --color never",
        "npm run -s status -- --stack prod --json",
      ]);
      const report = readFileSync(join(dir, "drift.md"), "utf8");
      expect(report).toContain("https://github.com/o/r/actions/runs/7");
    });

    const began = "2026-11-30T03:17:20Z";
    const before = { status: "completed", updatedAt: "2026-11-29T16:00:00Z" };

    /** The step `issue`, with these deployments and an open issue. GitHub's own filter runs over the deployments. */
    function report(outcome: string, openIssue: string, deployments: readonly object[]) {
      writeFileSync(join(dir, "drift.md"), "text");
      writeFileSync(join(dir, "deployments.json"), JSON.stringify(deployments));
      const gh = `case "$1 $2" in
        "run list") exec jq -r "\${!#}" deployments.json ;;
        "issue list") echo '${openIssue}' ;;
      esac`;
      const env = { OUTCOME: outcome, BEGAN: began, GH_TOKEN: "x" };
      const ran = runStep(dir, { ...step, step: "issue" }, { gh }, env);
      expect(ran.calls[0]).toContain("gh run list --workflow deploy.yml ");
      return ran;
    }

    it.each([
      [
        "found",
        "",
        "gh issue create --title The cluster is not what the program says --body-file drift.md",
      ],
      ["found", "4", "gh issue edit 4 --body-file drift.md"],
      ["none", "4", "gh issue close 4 --comment No drift any more."],
    ])("keeps one issue: %s, open: %j", (outcome, open, call) => {
      expect(report(outcome, open, [before]).calls.at(-1)).toBe(call);
    });

    it("does nothing where there is no drift and no issue", () => {
      const ran = report("none", "", [before]);
      expect([ran.code, ran.calls.length]).toEqual([0, 2]);
    });

    it.each([
      ["runs", { status: "in_progress", updatedAt: "2026-11-30T03:16:00Z" }],
      ["ended during the comparison", { status: "completed", updatedAt: "2026-11-30T03:18:00Z" }],
    ])("says nothing of a cluster whose deployment %s", (_, deployment) => {
      for (const outcome of ["found", "none"]) {
        const ran = report(outcome, "4", [deployment, before]);
        expect([ran.code, ran.calls.length]).toEqual([0, 1]);
        expect(ran.output).toContain("a deployment ran during the comparison");
      }
    });

    it.each(["waiting", "pending", "queued"])(
      "is not held back by a deployment that is %s",
      (status) => {
        const ran = report("found", "4", [{ status, updatedAt: "2026-11-30T03:18:00Z" }, before]);
        expect(ran.calls.at(-1)).toBe("gh issue edit 4 --body-file drift.md");
      },
    );

    it("may read the deployments", () => {
      expect(workflow("drift").jobs.drift?.permissions.actions).toBe("read");
    });
  });
});
