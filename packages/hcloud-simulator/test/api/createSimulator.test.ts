import { createServer } from "node:net";

import { createSimulator, type Simulator } from "../../src";

describe("createSimulator", () => {
  let simulator: Simulator | undefined;
  afterEach(async () => {
    await simulator?.close();
    simulator = undefined;
  });

  const call = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${simulator?.endpoint ?? ""}${path}`, {
      method,
      headers: { authorization: `Bearer ${simulator?.token ?? ""}` },
      ...(body && { body: JSON.stringify(body) }),
    });

  it("needs no options: an API on loopback, with servers that have no hosts", async () => {
    simulator = await createSimulator();
    expect(simulator.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    const order = { name: "web", server_type: "cx23", image: "debian-12", location: "fsn1" };
    const created = await call("POST", "/servers", order);
    expect([created.status, await created.json()]).toMatchObject([
      201,
      { server: { public_net: { ipv4: { ip: "198.18.0.16" } } } },
    ]);
    await simulator.idle();
    expect(await (await call("GET", "/servers?name=web")).json()).toMatchObject({
      servers: [{ status: "running" }],
    });
    expect(simulator.status()).toMatchObject({ servers: 1, unhandled: [] });
  });

  it("takes its own random token and no other", async () => {
    simulator = await createSimulator();
    expect(simulator.token).toMatch(/^[0-9a-f]{64}$/);
    const headers = { authorization: `Bearer ${"0".repeat(64)}` };
    expect((await fetch(`${simulator.endpoint}/servers`, { headers })).status).toBe(401);
  });

  it("takes the token and the port that it is given", async () => {
    const token = "t".repeat(64);
    const first = await createSimulator({ token });
    const port = Number(new URL(first.endpoint).port);
    await first.close();
    simulator = await createSimulator({ token, port });
    expect([simulator.token, simulator.endpoint]).toEqual([token, first.endpoint]);
  });

  it("refuses a port that is taken", async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, "127.0.0.1", () => {
        const address = holder.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      });
    });
    await expect(createSimulator({ port })).rejects.toThrow("EADDRINUSE");
    holder.close();
  });

  it("gives two simulators of one process a state each", async () => {
    simulator = await createSimulator();
    const other = await createSimulator();
    await call("POST", "/zones", { name: "example.test", mode: "primary" });
    const headers = { authorization: `Bearer ${other.token}` };
    const zones = await (await fetch(`${other.endpoint}/zones`, { headers })).json();
    expect(zones).toMatchObject({ zones: [] });
    await other.close();
  });
});
