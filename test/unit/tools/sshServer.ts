import { connect, type AddressInfo } from "node:net";
import { Server, type Connection } from "ssh2";
import type { SshHop } from "../../../tools/sshRun";
import { randomKeyPair } from "../../randomKeyPair";

/** An SSH server on loopback that runs nothing: it hands out what it was given. */
export class SshServer {
  /** Each script that came over stdin. */
  readonly scripts: string[] = [];
  /** Of the answer to each script. */
  exitCode = 0;
  private readonly host = randomKeyPair();
  private readonly client = randomKeyPair();
  private readonly server: Server;
  private readonly connections = new Set<Connection>();

  private constructor() {
    this.server = new Server({ hostKeys: [this.host.privateKey] }, (connection) => {
      this.connections.add(connection);
      connection.on("error", () => undefined);
      connection.on("authentication", (attempt) => {
        if (attempt.method === "publickey") attempt.accept();
        else attempt.reject(["publickey"]);
      });
      connection.on("tcpip", (accept, _reject, { destIP, destPort }) => {
        const channel = accept();
        const onward = connect(destPort, destIP);
        channel.pipe(onward).pipe(channel);
        onward.on("error", () => {
          channel.close();
        });
      });
      connection.on("session", (acceptSession) => {
        acceptSession().on("exec", (accept) => {
          const channel = accept();
          let script = "";
          channel.on("data", (chunk: Buffer) => (script += chunk.toString()));
          channel.on("end", () => {
            this.scripts.push(script);
            channel.write("the answer\n");
            channel.stderr.write("what went wrong\n");
            channel.exit(this.exitCode);
            channel.end();
          });
        });
      });
    });
  }

  static async start(): Promise<SshServer> {
    const server = new SshServer();
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** How it is reached. */
  get hop(): SshHop & { host: string } {
    return {
      host: "127.0.0.1",
      port: (this.server.address() as AddressInfo).port,
      hostKey: this.host.publicKey,
      privateKey: this.client.pkcs8,
    };
  }

  async stop(): Promise<void> {
    this.connections.forEach((connection) => connection.end());
    await new Promise((resolve) => this.server.close(resolve));
  }
}
