import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { checkWebHost, saysSomething } from "../../../../lib/preflight/hungHost";
import { server } from "./support/cloud";

describe("saysSomething", () => {
  let listener: Server | undefined;
  const sockets = new Set<Socket>();
  afterEach(() => {
    sockets.forEach((socket) => socket.destroy());
    listener?.close();
  });

  /** Asks a listener that does this with each connection. */
  async function asked(accept: (socket: Socket) => void): Promise<boolean> {
    const made = createServer((socket) => {
      sockets.add(socket);
      accept(socket);
    });
    listener = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    const { port } = made.address() as AddressInfo;
    return saysSomething("127.0.0.1", { connectMs: 5_000, wordMs: 500 }, port);
  }

  it("finds that a host hangs which takes connections and says nothing", async () => {
    expect(await asked(() => undefined)).toBe(false);
  });

  it("hears a host that says who it is", async () => {
    expect(await asked((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"))).toBe(true);
  });

  it("takes one that closes without a word for a busy one", async () => {
    expect(await asked((socket) => socket.end())).toBe(true);
  });

  it("leaves to the steps what takes no connection at all", async () => {
    expect(await saysSomething("127.0.0.1", { connectMs: 5_000, wordMs: 500 }, 1)).toBe(true);
  });
});

describe("checkWebHost", () => {
  const address = { public_net: { ipv4: { ip: "203.0.113.7" } } };
  const web = { role: "web", name: "web", hostname: "h" } as const;
  const silent = () => Promise.resolve(false);
  const problems = async (status: string, says = silent) =>
    (await checkWebHost([{ ...web, server: { ...server("web"), ...address, status } }], says))
      .problems;

  it("refuses a web host that hangs, with what to do", async () => {
    expect(await problems("running")).toEqual([
      {
        key: undefined,
        reason: expect.stringContaining(
          "The web host (server-web-, 203.0.113.7) hangs: it accepts connections at port 22, and sends nothing for 60 s",
        ) as string,
        fix: expect.stringContaining("hcloud server reset server-web-") as string,
      },
    ]);
  });

  it("is content with one that answers, that is off, or that is not there yet", async () => {
    expect(await problems("running", () => Promise.resolve(true))).toEqual([]);
    expect(await problems("off")).toEqual([]);
    expect((await checkWebHost([web], silent)).problems).toEqual([]);
  });
});
