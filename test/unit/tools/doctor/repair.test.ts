import { HcloudApi } from "../../../../lib/hcloud/hcloudApi";
import type { CloudObject, Kind } from "../../../../tools/doctor/cloudObjects";
import type { Diagnosis } from "../../../../tools/doctor/diagnosis";
import { repair } from "../../../../tools/doctor/repair";
import { report, reportJson } from "../../../../tools/doctor/report";

const orphan = (kind: Kind, id: string, kept?: string) => ({
  object: {
    kind,
    id,
    name: `jitsi-${id}`,
    path: `/${id}`,
    isProtected: false,
    usedBy: [],
    isConnected: false,
  } satisfies CloudObject,
  reason: "the state does not contain it",
  kept,
});

const diagnosis: Diagnosis = {
  stack: "x",
  lock: { holder: "root@vm (pid 7)", since: "2026-11-21T10:58:29Z", process: "dead" },
  pending: [
    { operation: "creating", urn: "urn:pulumi:x::p::c$hcloud:index/server:Server::jitsi-jvb-1" },
  ],
  orphans: [
    orphan("network", "5"),
    orphan("server", "4"),
    orphan("server", "3", "in the private network"),
  ],
  missing: [
    {
      urn: "urn:pulumi:x::p::c$hcloud:index/sshKey:SshKey::jitsi-key",
      kind: "SSH key",
      id: "12",
    },
  ],
};

/** What a repair does, in order. */
async function stepsOf(broken: Diagnosis): Promise<string[]> {
  const steps: string[] = [];
  const api = new HcloudApi({ endpoint: "http://127.0.0.1:1", token: "t" });
  api.change = (method, path) => Promise.resolve(void steps.push(`${method} ${path}`));
  const answer = (...args: string[]): Promise<string> => {
    steps.push(["pulumi", ...args].join(" "));
    return Promise.resolve("");
  };
  await repair(broken, { api, pulumi: { answer }, log: () => undefined });
  return steps;
}

describe("repair", () => {
  it("releases the lock, deletes users before what they use, then clears what was pending", async () => {
    expect(await stepsOf(diagnosis)).toEqual([
      "pulumi cancel --yes",
      "DELETE /4",
      "DELETE /5",
      "pulumi refresh --yes --skip-preview --clear-pending-creates",
    ]);
  });

  it("leaves a run alone that is at work", async () => {
    expect(
      await stepsOf({ ...diagnosis, lock: { holder: "root@vm (pid 7)", process: "alive" } }),
    ).toEqual([]);
  });

  it("runs no pulumi where only orphans are there", async () => {
    expect(await stepsOf({ ...diagnosis, lock: undefined, pending: [] })).toEqual([
      "DELETE /4",
      "DELETE /5",
    ]);
  });
});

describe("report", () => {
  it("says what was found, what a repair does and what it leaves", () => {
    expect(report(diagnosis)).toMatchInlineSnapshot(`
      "Stack x

      Locked: by root@vm (pid 7) since 2026-11-21T10:58:29Z; that process is gone.

      Interrupted operations, whose result is unknown:
        creating jitsi-jvb-1 (Server)

      At Hetzner with this stack's labels, but not in its state:
        KIND     ID  NAME     WHY
        network  5   jitsi-5  the state does not contain it
        server   4   jitsi-4  the state does not contain it
        server   3   jitsi-3  the state does not contain it

      In the state, but not at Hetzner (or without the stack's labels there):
        KIND     ID  NAME
        SSH key  12  jitsi-key

      \`npm run doctor -- --repair\` will:
        release the lock (pulumi cancel)
        delete the network jitsi-5 (5)
        delete the server jitsi-4 (4)
        forget the interrupted operations (pulumi refresh)

      It keeps:
        server jitsi-3 (3): in the private network

      \`pulumi refresh\` removes what is missing from the state, \`pulumi up\` creates it again."
    `);
  });

  it("says of a run at work only that it has to end", () => {
    const text = report({ ...diagnosis, lock: { holder: "root@vm (pid 7)", process: "alive" } });
    expect(text).toContain("Wait until it has ended");
    expect(text).not.toContain("--repair");
  });

  it("is one line where nothing is wrong", () => {
    expect(report({ stack: "x", pending: [], orphans: [], missing: [] })).toBe(
      "Stack x: its state and Hetzner Cloud agree.",
    );
  });

  it("has every field in JSON", () => {
    expect(
      JSON.parse(reportJson({ stack: "x", pending: [], orphans: [], missing: [] })),
    ).toStrictEqual({
      healthy: true,
      stack: "x",
      lock: null,
      pending: [],
      orphans: [],
      missing: [],
    });
  });
});
