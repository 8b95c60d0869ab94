import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { backendUrl } from "../../src/environment";
import { endOrphanedPlugins } from "../../src/orphanedPlugins";

const children: ChildProcess[] = [];

/** A process that looks like a plugin and ends only on a signal. */
async function plugin(name: string, dir: string, script = ""): Promise<ChildProcess> {
  const code = `${script}; setInterval(() => {}, 1000); console.log("ready")`;
  const child = spawn(process.execPath, ["-e", code], {
    argv0: name,
    env: { PULUMI_BACKEND_URL: backendUrl(dir) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  await once(child.stdout as NodeJS.EventEmitter, "data");
  return child;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("endOrphanedPlugins", () => {
  it("ends only the plugins of a sandbox's killed engine", async () => {
    const own = await plugin("/home/x/pulumi-resource-hcloud-v1", "/a");
    const strangers = [await plugin("pulumi-resource-hcloud-v1", "/b"), await plugin("node", "/a")];
    const ended = once(own, "exit");
    await endOrphanedPlugins("/a");
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(strangers.map(({ signalCode, exitCode }) => signalCode ?? exitCode)).toEqual([
      null,
      null,
    ]);
  });

  it("kills a plugin that ignores SIGTERM", async () => {
    const deaf = await plugin("pulumi-language-nodejs", "/a", 'process.on("SIGTERM", () => {})');
    const ended = once(deaf, "exit");
    await endOrphanedPlugins("/a");
    expect(await ended).toEqual([null, "SIGKILL"]);
  }, 20_000);
});
