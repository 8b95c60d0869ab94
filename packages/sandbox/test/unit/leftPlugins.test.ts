import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { backendUrl } from "../../src/environment";
import { endLeftPlugins } from "../../src/leftPlugins";

const children: ChildProcess[] = [];

/** A process that looks like a plugin and ends only when it is told to. */
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

describe("endLeftPlugins", () => {
  it("ends the plugins of a sandbox's killed engine, and no others", async () => {
    const own = await plugin("/home/x/pulumi-resource-hcloud-v1", "/a");
    const strangers = [await plugin("pulumi-resource-hcloud-v1", "/b"), await plugin("node", "/a")];
    const ended = once(own, "exit");
    await endLeftPlugins("/a");
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(strangers.map(({ signalCode, exitCode }) => signalCode ?? exitCode)).toEqual([
      null,
      null,
    ]);
  });

  it("ends a plugin hard that does not listen", async () => {
    const deaf = await plugin("pulumi-language-nodejs", "/a", 'process.on("SIGTERM", () => {})');
    const ended = once(deaf, "exit");
    await endLeftPlugins("/a");
    expect(await ended).toEqual([null, "SIGKILL"]);
  }, 20_000);
});
