import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { decode, encode, streamEncode, type DecodedPacket, type Packet } from "dns-packet";
import { rcodes } from "../../../src/dns/resolve";
import { startDnsServer, type DnsServer, type DnsServerOptions } from "../../../src/dns/server";
import { record, sourceOf } from "./support";

const manyTexts = Array.from({ length: 20 }, (_, i) =>
  record("big.example.test", "TXT", `"${i.toString().padEnd(100, "x")}"`),
);
const records = [
  record("meet.example.test", "A", "198.18.0.16"),
  record("bad.example.test", "MX", "not complete"),
  record("worse.example.test", "A", "not an address"),
  ...manyTexts,
];
const errors: unknown[] = [];
let server: DnsServer;

beforeEach(async () => {
  errors.length = 0;
  server = await startDnsServer({
    addresses: ["127.0.0.1", "::1"],
    port: 0,
    source: sourceOf(["example.test"], records),
    fixed: new Map(),
    onError: (error) => errors.push(error),
  });
});

afterEach(() => server.close());

const query = (name: string, type: "A" | "TXT" | "MX", changes: Packet = {}): Packet => ({
  type: "query",
  id: 7,
  flags: 0x0100,
  questions: [{ name, type, class: "IN" }],
  ...changes,
});

async function overUdp(message: Buffer, address = "127.0.0.1"): Promise<DecodedPacket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    socket.send(message, server.port, address);
    const [reply] = (await once(socket, "message")) as [Buffer];
    return decode(reply);
  } finally {
    socket.close();
  }
}

async function overTcp(messages: readonly Packet[]): Promise<DecodedPacket[]> {
  const socket = connect(server.port, "127.0.0.1");
  const replies: DecodedPacket[] = [];
  let pending = Buffer.alloc(0);
  // One byte first, because a message can arrive in any pieces.
  const bytes = Buffer.concat(messages.map((message) => streamEncode(message)));
  socket.write(bytes.subarray(0, 1));
  socket.write(bytes.subarray(1));
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk as Buffer]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      replies.push(decode(pending.subarray(2, 2 + pending.readUInt16BE(0))));
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
    if (replies.length === messages.length) break;
  }
  return replies;
}

const rcodeOf = (packet: DecodedPacket): number => (packet.flags ?? 0) & 0xf;

describe("startDnsServer", () => {
  it.each(["127.0.0.1", "::1"])("answers over UDP on %s", async (address) => {
    const reply = await overUdp(encode(query("meet.example.test", "A")), address);
    expect(reply).toMatchObject({
      id: 7,
      flag_qr: true,
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
    });
    expect(reply.answers).toMatchObject([{ type: "A", data: "198.18.0.16", ttl: 300 }]);
  });

  it("answers several queries on one TCP connection", async () => {
    const asked = [query("meet.example.test", "A"), query("big.example.test", "TXT", { id: 8 })];
    const replies = await overTcp(asked);
    expect(replies.map((reply) => [reply.id, reply.answers?.length])).toEqual([
      [7, 1],
      [8, 20],
    ]);
  });

  it("sets the truncated flag when an answer is too long for UDP", async () => {
    const plain = await overUdp(encode(query("big.example.test", "TXT")));
    expect([plain.flag_tc, plain.answers]).toEqual([true, []]);
  });

  it("answers a missing name with the SOA of its zone", async () => {
    const reply = await overUdp(encode(query("nothing.example.test", "A")));
    expect(rcodeOf(reply)).toBe(rcodes.nxDomain);
    expect(reply.authorities).toMatchObject([{ type: "SOA", name: "example.test" }]);
  });

  it("refuses other zones, other operations and messages without a query", async () => {
    expect(rcodeOf(await overUdp(encode(query("example.org", "A"))))).toBe(rcodes.refused);
    const update = query("example.test", "A", { flags: 5 << 11 });
    expect(rcodeOf(await overUdp(encode(update)))).toBe(rcodes.notImp);
    expect(rcodeOf(await overUdp(encode(query("example.test", "A", { questions: [] }))))).toBe(
      rcodes.formErr,
    );
    expect(rcodeOf(await overUdp(Buffer.from("nonsense")))).toBe(rcodes.formErr);
  });

  it("reports invalid record data and continues to answer", async () => {
    expect(rcodeOf(await overUdp(encode(query("bad.example.test", "MX"))))).toBe(rcodes.servFail);
    expect(rcodeOf(await overUdp(encode(query("worse.example.test", "A"))))).toBe(rcodes.servFail);
    expect(errors).toHaveLength(2);
    expect(rcodeOf(await overUdp(encode(query("meet.example.test", "A"))))).toBe(rcodes.noError);
  });

  it("closes all sockets when an address cannot be bound", async () => {
    const options = { port: server.port, source: sourceOf([], []), fixed: new Map() };
    await expect(startDnsServer({ ...options, addresses: ["127.0.0.1"] })).rejects.toThrow(
      "EADDRINUSE",
    );
  });
});

describe("a name server that is not plain", () => {
  const startWith = (options: Partial<DnsServerOptions>): Promise<DnsServer> =>
    startDnsServer({
      addresses: ["127.0.0.1"],
      port: 0,
      source: sourceOf(["example.test"], records),
      fixed: new Map(),
      ...options,
    });

  it("answers like a resolver: recursion available, not authoritative", async () => {
    await server.close();
    server = await startWith({ recursive: true });
    const reply = await overUdp(encode(query("meet.example.test", "A")));
    expect([reply.flag_ra, reply.flag_aa]).toEqual([true, false]);
  });

  it("leaves a query without an answer, and answers the next one", async () => {
    await server.close();
    server = await startWith({
      disturb: (question, answer) =>
        Promise.resolve(question.name === "big.example.test" ? "silent" : answer),
    });
    const asked = [query("big.example.test", "TXT"), query("meet.example.test", "A", { id: 8 })];
    const socket = connect(server.port, "127.0.0.1");
    try {
      for (const message of asked) socket.write(streamEncode(message));
      const [bytes] = (await once(socket, "data")) as [Buffer];
      expect(decode(bytes.subarray(2)).id).toBe(8);
    } finally {
      socket.destroy();
    }
  });
});
