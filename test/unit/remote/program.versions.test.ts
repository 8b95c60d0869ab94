import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  installCommand,
  makeProgram,
  readSource,
  type HostProgram,
  type VerbName,
} from "../../../remote/program";

/** Where the drain of the older program fails. */
const drainFile = "jitsi_hetzner/verbs/drain.py";
const begin = "        self._emptying.read_policy()\n";
const fault = `        raise Failure("the fault of the older program", "none")\n`;

let work: string;
/** One whose drain has a fault, the one that mends it. */
let older: HostProgram;
let newer: HostProgram;
/** The host's folder of programs. */
let folder: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "versions-"));
  newer = makeProgram(join(work, "newer"));
  older = makeProgram(join(work, "older"), (path) => {
    const text = readSource(path);
    return path === drainFile ? text.replace(begin, fault) : text;
  });
});
beforeEach(() => {
  folder = mkdtempSync(join(work, "host-"));
});
afterAll(() => {
  rmSync(work, { recursive: true });
});

/** As the two steps of `setupSteps`. The verb refuses its empty input. */
function install(program: HostProgram): void {
  const archive = join(folder, `program-${program.digest}.tar`);
  cpSync(program.archive, archive);
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", installCommand(program, archive, "host/setup")],
    {
      input: "",
      env: { ...process.env, PROGRAM_COMMAND: join(folder, "jitsi-hetzner") },
      encoding: "utf8",
    },
  );
  if (status !== fits.status) throw new Error(stderr);
}

interface Ran {
  readonly status: number | null;
  readonly stderr: string;
}

/** A step's command on the host, as sshd runs it. */
function run(command: string, input: object): Ran {
  const { status, stderr } = spawnSync("bash", ["-c", command], {
    input: JSON.stringify({ version: 1, ...input }),
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` },
    timeout: 20_000,
  });
  return { status, stderr };
}

/** A bridge's drain. Its text is the same in every version. */
const drain = (): Ran =>
  run("jitsi-hetzner drain # jitsi-jvb-1-drain", {
    bridge: { name: "jvb-1", nickname: "jvb-64674", address: "10.80.1.184" },
    draining: false,
  });
/** A step that another program has made. */
const step = ({ verbDigests }: HostProgram, verb: VerbName, input: object = {}): Ran =>
  run(`jitsi-hetzner ${verb} --code ${verbDigests[verb]} # jitsi-step`, input);

/** This machine has no policy, which a drain reads before it does anything. */
const beginsToDrain = {
  status: 1,
  stderr: expect.stringMatching(/^drain failed on \S+: .*policy\.json/) as string,
};
const fails = {
  status: 1,
  stderr: expect.stringContaining("the fault of the older program") as string,
};
const misfits = {
  status: 78,
  stderr: expect.stringMatching(
    /does not fit: its digest for this verb is .*Nothing was done\n {2}What to do: npm run repair -- /,
  ) as string,
};
/** It fits, and its JSON is looked at. */
const fits = { status: 65, stderr: expect.stringContaining("the JSON on stdin") as string };

describe("two versions of the host's program", () => {
  it("differ in the drain alone", () => {
    const verbs = Object.keys(newer.verbDigests) as VerbName[];
    const differing = verbs.filter((verb) => older.verbDigests[verb] !== newer.verbDigests[verb]);
    expect(differing).toEqual(["drain"]);
  });

  it("a bridge made by the older one is drained by the newer one's code", () => {
    install(older);
    expect(drain()).toEqual(fails);
    install(newer);
    expect(drain()).toEqual(beginsToDrain);
  });

  it("after a rollback, a bridge made by the newer one is drained by the older one's code", () => {
    install(newer);
    install(older);
    expect(drain()).toEqual(fails);
  });

  it("after a rollback, the steps of the older one run, and those of the newer one are refused where they differ", () => {
    install(newer);
    install(older);
    expect(step(older, "drain")).toEqual(fits);
    expect(step(newer, "policy")).toEqual(fits);
    expect(step(newer, "drain")).toEqual(misfits);
  });

  it("a host restored from a backup refuses the newer one's steps until the newer one is installed again", () => {
    install(newer);
    // The folder is the backup's; the state does not know of it.
    rmSync(folder, { recursive: true });
    spawnSync("mkdir", [folder]);
    install(older);
    expect(step(newer, "drain")).toEqual(misfits);
    install(newer);
    expect(step(newer, "drain")).toEqual(fits);
  });

  it("yesterday's state meets a newer host: unchanged verbs run, changed ones are refused, drains are the newer one's", () => {
    install(newer);
    expect(step(older, "serve")).toEqual(fits);
    expect(step(older, "drain")).toEqual(misfits);
    expect(drain()).toEqual(beginsToDrain);
  });

  it("the same program is installed once more, as after `pulumi state delete` of its step, and nothing differs", () => {
    install(newer);
    install(newer);
    expect(drain()).toEqual(beginsToDrain);
    expect(step(newer, "drain")).toEqual(fits);
  });
});
