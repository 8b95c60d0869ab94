import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSshAgent } from "../../../../lib/preflight/sshAgent";

describe("checkSshAgent", () => {
  let dir: string;
  let server: Server | undefined;
  const sockets: Socket[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "ssh-agent-"));
  });
  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    if (server?.listening === true) await new Promise((resolve) => server?.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });

  /** A socket at which something listens. */
  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const path = join(dir, "agent");
    server = createServer((socket) => {
      sockets.push(socket);
      onConnection(socket);
    }).listen(path);
    await once(server, "listening");
    return path;
  }
  const problems = async (path: string | undefined, timeoutMs?: number) =>
    (await checkSshAgent({ SSH_AUTH_SOCK: path }, timeoutMs)).problems;

  it.each([undefined, ""])("has nothing to ask where SSH_AUTH_SOCK is %p", async (path) => {
    expect(await problems(path)).toEqual([]);
  });

  it("lets an agent be that answers", async () => {
    const path = await listen((socket) => {
      // Asked for its identities, it has none: SSH_AGENT_IDENTITIES_ANSWER.
      socket.once("data", (asked) => {
        expect([...asked]).toEqual([0, 0, 0, 1, 11]);
        socket.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]));
      });
    });
    expect(await problems(path)).toEqual([]);
  });

  it("names a socket that is gone, and how to go on without it", async () => {
    expect(await problems(join(dir, "nowhere"))).toEqual([
      {
        reason: `SSH_AUTH_SOCK is "${join(dir, "nowhere")}", and no SSH agent answers there (ENOENT): every step on a host would fail`,
        fix: 'unset SSH_AUTH_SOCK  # or, if you need the keys of an agent: eval "$(ssh-agent)" && ssh-add',
      },
    ]);
  });

  it("names what is no socket", async () => {
    writeFileSync(join(dir, "file"), "");
    const [found] = await problems(join(dir, "file"));
    expect(found?.reason).toContain("(ECONNREFUSED)");
  });

  it("names what hangs up, and what says nothing", async () => {
    const path = await listen((socket) => {
      if (sockets.length === 1) socket.end();
    });
    expect((await problems(path))[0]?.reason).toContain("(it closes the connection)");
    expect((await problems(path, 100))[0]?.reason).toContain("(no answer for 0.1 s)");
  });
});
