import { setTimeout as sleep } from "node:timers/promises";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { listServers } from "../../packages/sandbox/src/client";
import { certificateFaults, type CertificateFault } from "../e2e/certificateFaults";
import { TestCluster } from "../e2e/harness";
import { ownCertificateCases } from "./ownCertificate";

/**
 * Each fault of the certificate, with a `pulumi up` that adds a name and removes a bridge while it lasts. Prints a table; the
 * messages in it are those of the Diagnostics. Fails where an `up` fails, a message or the page is missing, or the next `up`
 * does not have a certificate for all names.
 */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const faults = certificateFaults.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  const cluster = await TestCluster.start("certificate-faults");
  try {
    const jvbCount = (faults.length + 2).toString();
    await cluster.configure({ ...demoConfig, jvbCount, dnsTimeout: "5s" });
    const { seconds } = await cluster.mustUp();
    console.log(`pulumi up with ${jvbCount} bridges: ${seconds.toFixed(0)} s\n`);
    await cluster.people.join("lesson", 6);
    console.log("| fault | `pulumi up` | bridge removed | page | after it | message |");
    console.log("| --- | --- | --- | --- | --- | --- |");
    for (const [index, fault] of faults.entries()) {
      await run(cluster, fault, index, faults.length + 1 - index);
    }
    const { code, text } = await cluster.tool("status");
    if (code !== 0) throw new Error(text);
    await runOwn(cluster);
    const { totals } = await cluster.people.list();
    console.log(`\nparticipants: ${JSON.stringify(totals)}`);
  } finally {
    await cluster.remove();
  }
}

const aliases: string[] = [];

async function run(
  cluster: TestCluster,
  fault: CertificateFault,
  index: number,
  jvbCount: number,
): Promise<void> {
  const alias = `name${index.toString()}.${demoConfig.dnsZone}`;
  aliases.push(alias);
  await cluster.configure({ aliases: aliases.join(","), jvbCount: jvbCount.toString() });
  await fault.begin(cluster, alias);
  const up = await cluster.up();
  const message = up.text.split("\n").find((line) => fault.told(alias).test(line));
  const bridges = (await listServers(cluster.sandbox)).length - 1;
  const page = await get(cluster, `https://${demoConfig.domain}/`);
  await fault.end(cluster);
  const healed = await untilOrdered(cluster, alias);
  const cells = [
    fault.name,
    up.code === 0 ? `succeeds (${up.seconds.toFixed(0)} s)` : `FAILS ${up.text}`,
    bridges === jvbCount ? "yes" : `NO: ${bridges.toString()}`,
    page,
    healed,
    message === undefined ? `MISSING ${up.text}` : message.trim(),
  ];
  console.log(`| ${cells.join(" | ")} |`);
  if (up.code !== 0 || bridges !== jvbCount || message === undefined || page !== "200") {
    process.exitCode = 1;
  }
}

/** An own certificate that is wrong is refused before anything changes. One that expires keeps no bridge from being removed. */
async function runOwn(cluster: TestCluster): Promise<void> {
  console.log("\n| own certificate | `pulumi up` | bridges | message |");
  console.log("| --- | --- | --- | --- |");
  const { domain } = demoConfig;
  for (const one of await ownCertificateCases([domain, `turn.${domain}`, ...aliases])) {
    await cluster.configure({ tls: "own", jvbCount: "1" });
    for (const [key, value] of [
      ["tlsCertificate", one.chain],
      ["tlsKey", one.key],
    ] as const) {
      // A value of its own would be taken for an option: it begins with a dash.
      await cluster.mustPulumi("config", "set-all", "--secret", `${key}=${value}`);
    }
    const { code, text, seconds } = await cluster.up();
    const message = text.split("\n").find((line) => one.told?.test(line) ?? false);
    const bridges = (await listServers(cluster.sandbox)).length - 1;
    const isAsExpected =
      (code === 0) === (one.isAccepted === true) &&
      (one.told === undefined) === (message === undefined) &&
      bridges === (one.isAccepted === true ? 1 : 2);
    if (!isAsExpected) process.exitCode = 1;
    const outcome = code === 0 ? "succeeds" : "refuses";
    const cells = [
      one.name,
      `${outcome} (${seconds.toFixed(0)} s)`,
      bridges.toString(),
      message?.trim() ?? "-",
      ...(isAsExpected ? [] : [`NOT AS EXPECTED ${text}`]),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/** The HTTP code, where the certificate is trusted. */
async function get(cluster: TestCluster, url: string): Promise<string> {
  const file = cluster.env.SANDBOX_CA_FILE ?? "";
  const options = ["-sS", "-m20", "--cacert", file, "-o/dev/null", "-w%{http_code}"];
  const { code, stdout, stderr } = await cluster.command("curl", ...options, url);
  return code === 0 ? stdout.trim() : `NOT TRUSTED: ${stderr}`;
}

/** What the timer does, without its pauses. */
async function untilOrdered(cluster: TestCluster, alias: string): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { code, text } = await cluster.onHost(
      "web",
      "jitsi-hetzner certificate --tend --now 2>&1",
    );
    if (code === 0) {
      const page = await get(cluster, `https://${alias}/`);
      return page === "301" ? "ordered" : page;
    }
    if (attempt === 4) {
      process.exitCode = 1;
      return `NOT ordered: ${text}`;
    }
    await sleep(2000);
  }
  return "";
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
