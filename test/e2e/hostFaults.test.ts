import { Resolver } from "node:dns/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { callApi, listServers, type RunningSandbox } from "../../packages/sandbox/src/client";
import { down } from "../../packages/sandbox/src/commands/down";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import {
  actionSucceeds,
  makeServer,
  must,
  runProgram,
  startSandbox,
  type Outcome,
} from "./harness";

const cli = ["--import", "tsx", "packages/sandbox/src/cli.ts"];

/** Faults of real hosts and of the sandbox's services, put in and taken out as a person does. */
describe("a host, by the command line", () => {
  const dir = join(projectDir, ".test", "host-faults");
  let sandbox: RunningSandbox;
  let address: string;

  const run = (...args: string[]): Promise<Outcome> =>
    runProgram(process.execPath, [...cli, "--dir", dir, ...args]);
  const fault = async (...args: string[]): Promise<void> => {
    must(`fault ${args.join(" ")}`, await run("fault", ...args));
  };

  const serverId = async (): Promise<number> => (await listServers(sandbox))[0]?.id ?? 0;

  beforeAll(async () => {
    await down(dir, () => undefined);
    sandbox = await startSandbox(dir);
    const network = await callApi<{ network: { id: number } }>(sandbox, "POST", "/networks", {
      name: "private",
      ip_range: "10.1.0.0/16",
      subnets: [{ type: "cloud", ip_range: "10.1.0.0/24", network_zone: "eu-central" }],
    });
    address = await makeServer(sandbox, "web", { networks: [network.network.id] });
    await until("sshd greets", () => greets(address));
  }, 180_000);

  afterAll(async () => {
    await down(dir, () => undefined);
  }, 60_000);

  describe("sandbox ssh, as ssh", () => {
    const on = async (...words: string[]): Promise<[number, string]> => {
      const { code, stdout } = await run("ssh", "web", ...words);
      return [code, stdout];
    };

    it.each([
      ["a pipe", ["ls -d /etc /bin /usr | head -1"], "/bin\n"],
      ["an assignment ahead of a command", ["A=1 sh -c 'echo $A'"], "1\n"],
      ["an assignment alone", ["A=1"], ""],
      ["quotes", [`echo "a  b" 'c  $HOME' "$HOME"`], "a  b c  $HOME /root\n"],
      ["words, joined by spaces", ["echo", "a;", "echo", "b  c"], "a\nb c\n"],
      ["options of the command", ["head", "-c", "5", "/etc/os-release"], "PRETT"],
    ])("runs %s", async (_what, words, said) => {
      expect(await on(...words)).toEqual([0, said]);
    });

    it("ends with the command's exit code, and hands it its standard input", async () => {
      expect(await on("exit 7")).toEqual([7, ""]);
      const words = [...cli, "--dir", dir, "ssh", "web", "read -r line; echo got $line; exit 7"];
      const script = 'printf "one\\n" | "$@"';
      const { code, stdout } = await runProgram("bash", [
        "-c",
        script,
        "-",
        process.execPath,
        ...words,
      ]);
      expect([code, stdout]).toEqual([7, "got one\n"]);
    });
  });

  it("cuts a host off, and mends it", async () => {
    await fault("host", "web", "cut");
    expect(await greets(address)).toBe(false);
    await fault("host", "web", "mend");
    await until("sshd greets again", () => greets(address));
    expect(await greets(address)).toBe(true);
  }, 120_000);

  it("freezes a host, which answers nobody until it is thawed", async () => {
    await fault("host", "web", "freeze");
    expect(await greets(address)).toBe(false);
    await fault("host", "web", "thaw");
    await until("sshd greets again", () => greets(address));
    expect(await greets(address)).toBe(true);
  }, 120_000);

  it("fills a host's disk, and frees it", async () => {
    const write = (): Promise<Outcome> =>
      run("ssh", "web", "dd", "if=/dev/zero", "of=/root/x", "bs=64k", "count=16");
    await fault("host", "web", "fill");
    expect((await write()).stderr).toContain("No space left on device");
    await fault("host", "web", "free");
    expect((await write()).code).toBe(0);
  }, 60_000);

  it("expires root's password, for which PAM refuses every command, and renews it", async () => {
    const ends = async (): Promise<string> =>
      (await run("ssh", "web", "chage", "-l", "root")).stdout.split("\n")[1] ?? "";
    await fault("host", "web", "expire");
    expect(await ends()).toMatch(/must be changed$/);
    await fault("host", "web", "renew");
    expect(await ends()).toMatch(/never$/);
  }, 60_000);

  it("leaves a private interface without its address over a reboot, and gives it back", async () => {
    const addresses = async (): Promise<string> =>
      (await run("ssh", "web", "ip", "-br", "-4", "addr", "show", "enp7s0")).stdout;
    expect(await addresses()).toContain(" 10.1.0.2/32");
    await fault("host", "web", "no-address");
    expect(await addresses()).not.toContain("10.1.0.2");
    const reboot = `/servers/${await serverId()}/actions/reboot`;
    const { action } = await callApi<{ action: { id: number } }>(sandbox, "POST", reboot);
    // Until the reboot begins, the sshd of before greets.
    await actionSucceeds(sandbox, "web reboots", action.id);
    await until("sshd greets again", () => greets(address));
    expect(await addresses()).not.toContain("10.1.0.2");
    await fault("host", "web", "address");
    expect(await addresses()).toContain(" 10.1.0.2/32");
  }, 120_000);

  it("loses large packets in the private network, small ones and answers not", async () => {
    const ping = async (bytes: number): Promise<number> =>
      (await run("ssh", "web", "ping", "-M", "do", "-s", `${bytes - 28}`, "-c1", "-W3", "10.1.0.1"))
        .code;
    expect(await ping(1_450)).toBe(0);
    await fault("host", "web", "large-packets");
    expect([await ping(100), await ping(1_500)]).toEqual([0, 1]);
    await fault("host", "web", "address");
    expect(await ping(1_450)).toBe(0);
  }, 60_000);

  it("stops the name server, and starts it again", async () => {
    const resolver = new Resolver({ timeout: 5_000, tries: 1 });
    resolver.setServers([sandbox.identity.network.serviceIpv4]);
    const answers = (): Promise<boolean> =>
      resolver.resolve4("download.jitsi.org").then(
        () => true,
        () => false,
      );
    expect(await answers()).toBe(true);
    await fault("service", "dns", "stop");
    expect(await answers()).toBe(false);
    await fault("service", "dns", "start");
    expect(await answers()).toBe(true);
  }, 60_000);

  it("stops the package mirrors, and starts them again", async () => {
    const { serviceIpv4 } = sandbox.identity.network;
    const answers = async (): Promise<boolean> =>
      (
        await runProgram("curl", [
          "-fsS",
          "-m",
          "10",
          "-o",
          "/dev/null",
          "-k",
          "--resolve",
          `download.jitsi.org:443:${serviceIpv4}`,
          "https://download.jitsi.org/jitsi-key.gpg.key",
        ])
      ).code === 0;
    expect(await answers()).toBe(true);
    await fault("service", "apt", "stop");
    expect(await answers()).toBe(false);
    await fault("service", "apt", "start");
    expect(await answers()).toBe(true);
  }, 60_000);

  it("kills a host, and the API says that it is off until it is powered on", async () => {
    await fault("host", "web", "kill");
    const status = async (): Promise<string | undefined> => (await listServers(sandbox))[0]?.status;
    await until("the API knows", async () => (await status()) === "off");
    expect(await greets(address)).toBe(false);
    await callApi(sandbox, "POST", `/servers/${await serverId()}/actions/poweron`);
    await until("sshd greets again", () => greets(address));
    expect(await status()).toBe("running");
  }, 120_000);
});

/** Whether sshd at an address says who it is: a frozen host still completes the TCP handshake. */
function greets(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(5_000, end(false)).on("data", end(true)).on("error", end(false));
    socket.on("close", end(false));
    socket.connect(22, host);
  });
}

/** A host takes long to boot on a busy machine. */
const until = (what: string, condition: () => Promise<boolean>): Promise<void> =>
  waitUntil(what, condition, 60_000, 200);
