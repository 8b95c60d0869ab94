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

  it("starts without options: an API on loopback whose servers have no hosts", async () => {
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

  it("accepts only its own random token", async () => {
    simulator = await createSimulator();
    expect(simulator.token).toMatch(/^[0-9a-f]{64}$/);
    const headers = { authorization: `Bearer ${"0".repeat(64)}` };
    expect((await fetch(`${simulator.endpoint}/servers`, { headers })).status).toBe(401);
  });

  it("uses the given token and port", async () => {
    const token = "t".repeat(64);
    const first = await createSimulator({ token });
    const port = Number(new URL(first.endpoint).port);
    await first.close();
    simulator = await createSimulator({ token, port });
    expect([simulator.token, simulator.endpoint]).toEqual([token, first.endpoint]);
  });

  it("fails when the port is in use", async () => {
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

  it("keeps the states of two simulators in one process apart", async () => {
    simulator = await createSimulator();
    const other = await createSimulator();
    await call("POST", "/zones", { name: "example.test", mode: "primary" });
    const headers = { authorization: `Bearer ${other.token}` };
    const zones = await (await fetch(`${other.endpoint}/zones`, { headers })).json();
    expect(zones).toMatchObject({ zones: [] });
    await other.close();
  });
});
