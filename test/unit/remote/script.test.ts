import { remoteScript } from "../../../remote/script";
import { bash, bashInScript } from "./bash";

const values = { DOMAIN: "meet.example.org" };

describe("remoteScript", () => {
  it("gives the script its values, whatever is in them", () => {
    const nasty = 'a\'b\n$(c) "d" \\';
    const outcome = bashInScript("web/certificate", { DOMAIN: nasty }, 'result "$DOMAIN"');
    expect(outcome).toEqual({ status: 0, stdout: `${nasty}\n`, stderr: "" });
  });

  it("shows no value to child processes", () => {
    const outcome = bashInScript("web/certificate", values, "env >&3");
    expect(outcome.stdout).toContain("PATH=");
    expect(outcome.stdout).not.toContain("DOMAIN");
  });

  it("does nothing when the connection is cut before its end", () => {
    const text = remoteScript("web/certificate", values);
    const cut = text.slice(0, text.lastIndexOf("main"));
    expect(bash(cut)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("keeps stdout for the result", () => {
    const outcome = bashInScript(
      "web/certificate",
      values,
      "info working; echo noise; result answer",
    );
    expect(outcome).toEqual({
      status: 0,
      stdout: "answer\n",
      stderr: "web/certificate: working\nnoise\n",
    });
  });

  it("says which script failed, where and what to do", () => {
    const outcome = bashInScript("web/certificate", values, 'HOSTNAME=web fatal "no disk" "df -h"');
    expect(outcome).toEqual({
      status: 1,
      stdout: "",
      stderr: "web/certificate failed on web: no disk\n  What to do: df -h\n",
    });
  });

  it("names a command that failed unexpectedly, without the values in it", () => {
    const code = 'f() { grep -q nothing <<<"$DOMAIN"; echo on; }\nHOSTNAME=web\nf';
    const outcome = bashInScript("web/certificate", { DOMAIN: "FakeSecret" }, code);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain('web/certificate failed on web: "grep -q nothing');
    expect(outcome.stderr).not.toContain("FakeSecret");
  });

  it("refuses to run without a value", () => {
    const outcome = bash(remoteScript("web/certificate", {} as never));
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toContain("DOMAIN");
  });
});
