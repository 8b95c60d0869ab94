import { Client, utils, type ConnectConfig } from "ssh2";

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A login on a simulated host, as the command provider makes it. */
export class SshClient {
  private constructor(
    private readonly client: Client,
    /** Public key that the host has shown: `ssh-ed25519 AAAA...`. */
    readonly hostKey: string,
  ) {}

  /** @param hostKeyType the only kind of host key that is accepted: ssh-ed25519, ecdsa-sha2-nistp256 */
  static connect(
    port: number,
    privateKey: string,
    hostKeyType: string,
    username = "root",
  ): Promise<SshClient> {
    return new Promise((resolve, reject) => {
      const client = new Client();
      let shown = "";
      const config: ConnectConfig = {
        host: "127.0.0.1",
        port,
        username,
        privateKey,
        algorithms: { serverHostKey: [hostKeyType as "ssh-ed25519"] },
        hostVerifier: (key: Buffer) => {
          shown = `${hostKeyType} ${key.toString("base64")}`;
          return true;
        },
      };
      client.once("ready", () => {
        resolve(new SshClient(client, shown));
      });
      client.once("error", reject);
      client.connect(config);
    });
  }

  run(command: string, stdin = ""): Promise<Ran> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let stdout = "";
        let stderr = "";
        let code = -1;
        channel.on("data", (text: Buffer) => (stdout += text.toString()));
        channel.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
        channel.on("exit", (status: number) => (code = status));
        channel.on("close", () => {
          resolve({ code, stdout, stderr });
        });
        channel.end(stdin);
      });
    });
  }

  /** Copies a text to a file, after it has made the file's folder. */
  copy(text: string, folder: string, file: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.sftp((error, sftp) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        const done = (problem?: Error | null): void => {
          if (problem) reject(problem);
          else resolve();
        };
        sftp.mkdir(folder, (problem) => {
          if (problem) reject(problem);
          else sftp.writeFile(`${folder}/${file}`, text, done);
        });
      });
    });
  }

  end(): void {
    this.client.end();
  }
}

/** A pair of keys as ssh-keygen would write it; ECDSA, which this generator writes well. */
export const ecdsaPair = (): { private: string; public: string } =>
  utils.generateKeyPairSync("ecdsa", { bits: 256 });
