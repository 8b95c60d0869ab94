import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import {
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  decode,
  encode,
  type Answer,
  type DecodedPacket,
  type Packet,
} from "dns-packet";
import { rcodes, resolve, type FixedNames, type Resolution } from "./resolve";
import type { DnsSource } from "../../../hcloud-simulator/src/dnsSource";
import { questionType, toAnswer } from "./wire";

export interface DnsServerOptions {
  /** Addresses to listen on, IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /** 53 in a sandbox. With 0 the system chooses one port for all addresses. */
  readonly port: number;
  readonly source: DnsSource;
  /**
   * Names with fixed addresses, in lower case without the trailing dot. They take precedence over
   * the source.
   */
  readonly fixed: FixedNames;
  /** Whether it answers like a resolver: not authoritative, recursion available. Default: false. */
  readonly recursive?: boolean;
  /** Changes the answer to a question: late, another, or none. Default: no change. */
  readonly disturb?: Disturb;
  /**
   * Called for a query that failed because of a bug or invalid record data. Default: writes to
   * standard error.
   */
  readonly onError?: (error: unknown) => void;
}

/** @returns the answer, or `silent` for none */
export type Disturb = (
  question: { readonly name: string; readonly type: string },
  answer: Resolution,
) => Promise<Resolution | "silent">;

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Without EDNS an answer over UDP has at most 512 bytes (RFC 1035, 4.2.1). */
const plainUdpBytes = 512;
/** The operation's bits in a message's flags; 0 is a query (RFC 1035, 4.1.1). */
const opcodeBits = 0x7800;
/**
 * The UDP size that is offered with EDNS. It needs no fragments on any path (DNS flag day 2020).
 */
const ednsUdpBytes = 1232;
/** A TCP client that sends nothing for this long is disconnected, in milliseconds. */
const tcpIdleMs = 10_000;

/**
 * A name server on UDP and TCP for the zones of `source` and the `fixed` names. Other names are
 * refused.
 *
 * @throws Error when an address cannot be bound
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const udp: UdpSocket[] = [];
  const tcp: Server[] = [];
  const connections = new Set<Socket>();
  const close = async (): Promise<void> => {
    for (const connection of connections) connection.destroy();
    await Promise.all(
      [...udp, ...tcp].map(
        (socket) =>
          new Promise<void>((done) => {
            socket.close(() => {
              done();
            });
          }),
      ),
    );
  };
  let { port } = options;
  try {
    for (const address of options.addresses) {
      const server = await listenTcp(address, port, options, connections);
      tcp.push(server);
      const bound = server.address();
      if (bound !== null && typeof bound === "object") ({ port } = bound);
      udp.push(await listenUdp(address, port, options));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}

async function listenUdp(
  address: string,
  port: number,
  options: DnsServerOptions,
): Promise<UdpSocket> {
  // An IPv4 socket refuses the IPv6 option (EINVAL).
  const socket = isIPv6(address)
    ? createSocket({ type: "udp6", ipv6Only: true })
    : createSocket({ type: "udp4" });
  let open = true;
  socket.on("close", () => (open = false));
  socket.on("message", (message, from) => {
    void replyTo(message, options, "udp").then((reply) => {
      // A slow answer can outlive the socket.
      if (reply !== undefined && open) socket.send(reply, from.port, from.address);
    });
  });
  await new Promise<void>((resolved, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, resolved);
  });
  socket.on("error", options.onError ?? console.error);
  return socket;
}

async function listenTcp(
  address: string,
  port: number,
  options: DnsServerOptions,
  connections: Set<Socket>,
): Promise<Server> {
  const server = createServer((connection) => {
    connections.add(connection);
    connection.setTimeout(tcpIdleMs, () => connection.destroy());
    connection.on("close", () => connections.delete(connection));
    // A client that disconnects early is not an error.
    connection.on("error", () => connection.destroy());
    serveConnection(connection, options);
  });
  await new Promise<void>((resolved, reject) => {
    server.once("error", reject);
    server.listen({ port, host: address, ipv6Only: true }, resolved);
  });
  return server;
}

/** Messages on TCP are preceded by their length in two bytes (RFC 1035, 4.2.2). */
function serveConnection(connection: Socket, options: DnsServerOptions): void {
  let pending = Buffer.alloc(0);
  connection.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const message = pending.subarray(2, end);
      pending = pending.subarray(end);
      void replyTo(message, options, "tcp").then((reply) => {
        if (reply === undefined || !connection.writable) return;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        connection.write(Buffer.concat([length, reply]));
      });
    }
  });
}

/** Never rejects: what goes wrong is answered as SERVFAIL. */
async function replyTo(
  message: Buffer,
  options: DnsServerOptions,
  transport: "udp" | "tcp",
): Promise<Buffer | undefined> {
  let query: DecodedPacket;
  try {
    query = decode(message);
  } catch {
    // Not a DNS message. Without its first two bytes (the id) no answer is possible.
    if (message.length < 2) return undefined;
    return encode({ type: "response", id: message.readUInt16BE(0), flags: rcodes.formErr });
  }
  // Answering a response could start an endless loop with another server.
  if (query.flag_qr) return undefined;
  const edns = query.additionals?.find((record) => record.type === "OPT");
  const offered = edns === undefined ? plainUdpBytes : edns.udpPayloadSize;
  const limit = Math.min(Math.max(offered, plainUdpBytes), ednsUdpBytes);
  const base = emptyReply(query, edns !== undefined);
  try {
    const reply = await answerPacket(query, base, options);
    if (reply === undefined) return undefined;
    const bytes = encode(reply);
    if (transport === "tcp" || bytes.length <= limit) return bytes;
    const flags = (reply.flags ?? 0) | TRUNCATED_RESPONSE;
    return encode({ ...reply, flags, answers: [], authorities: [] });
  } catch (error) {
    (options.onError ?? console.error)(error);
    return encode({ ...base, flags: (base.flags ?? 0) | rcodes.servFail });
  }
}

/** The fields that every reply repeats: id, question, operation and "recursion desired". */
function emptyReply(query: DecodedPacket, edns: boolean): Packet {
  return {
    type: "response",
    id: query.id ?? 0,
    flags: (query.flags ?? 0) & (opcodeBits | RECURSION_DESIRED),
    questions: query.questions ?? [],
    additionals: edns ? [optRecord()] : [],
  };
}

/** @returns undefined when no answer is sent */
async function answerPacket(
  query: DecodedPacket,
  base: Packet,
  options: DnsServerOptions,
): Promise<Packet | undefined> {
  const flags = base.flags ?? 0;
  const [question, ...more] = query.questions ?? [];
  if ((flags & opcodeBits) !== 0) return { ...base, flags: flags | rcodes.notImp };
  if (question === undefined || more.length > 0) return { ...base, flags: flags | rcodes.formErr };
  if (question.class !== "IN") return { ...base, flags: flags | rcodes.refused };
  const { source, fixed, recursive = false, disturb } = options;
  const { name } = question;
  const type = questionType(question.type);
  const own = resolve(source, fixed, name, type);
  const result = disturb === undefined ? own : await disturb({ name, type }, own);
  if (result === "silent") return undefined;
  const authority = result.authoritative ? AUTHORITATIVE_ANSWER : 0;
  return {
    ...base,
    flags: flags | result.rcode | (recursive ? RECURSION_AVAILABLE : authority),
    answers: result.answers.map(toAnswer),
    authorities: result.authorities.map(toAnswer),
  };
}

function optRecord(): Answer {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: ednsUdpBytes,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}
