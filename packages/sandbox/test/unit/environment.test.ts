import {
  assertLoopback,
  childEnvironment,
  droppedVariables,
  sandboxEnvironment,
  shellExports,
} from "../../src/environment";
import { sandboxIdentity } from "../../src/identity";
import type { SandboxState } from "../../src/state";
import type { Toolchain } from "../../../toolchain/src/ensure";

const identity = sandboxIdentity("/somewhere/.sandbox", 3);
const state: SandboxState = {
  slot: 3,
  token: "0".repeat(64),
  passphrase: "it's a passphrase",
  hosts: "nspawn",
};
const toolchain: Toolchain = { pulumi: "/cache/bin", pulumiHome: "/cache/home", way: "source" };

describe("sandboxEnvironment", () => {
  it("makes pulumi and hcloud use the sandbox", () => {
    expect(sandboxEnvironment(identity, state, toolchain, "/usr/bin")).toMatchObject({
      PATH: "/cache/bin:/usr/bin",
      HCLOUD_ENDPOINT: "http://127.0.0.1:7803/v1",
      HCLOUD_TOKEN: state.token,
      PULUMI_HOME: "/cache/home",
      PULUMI_BACKEND_URL: "file:///somewhere/.sandbox/pulumi?metadata=skip",
    });
  });
});

describe("childEnvironment", () => {
  const inherited = { ...process.env };
  afterEach(() => {
    process.env = inherited;
  });

  it("passes on no token of the caller and no variable that selects another account", () => {
    process.env = { ...inherited, HCLOUD_TOKEN: "a paid account's", PULUMI_ACCESS_TOKEN: "x" };
    process.env.HCLOUD_CONTEXT = "production";
    const env = childEnvironment(identity, state, toolchain);
    expect(env.HCLOUD_TOKEN).toBe(state.token);
    for (const name of droppedVariables) expect(env).not.toHaveProperty(name);
  });
});

describe("assertLoopback", () => {
  it.each(["http://127.0.0.1:7800/v1", "http://localhost:1/v1", "http://[::1]:1/v1"])(
    "accepts %s",
    (endpoint) => {
      expect(() => {
        assertLoopback(endpoint);
      }).not.toThrow();
    },
  );

  it.each([
    "https://api.hetzner.cloud/v1",
    "http://127.0.0.1.example.org/v1",
    "http://localhost.example.org/v1",
  ])("refuses %s with the reason", (endpoint) => {
    expect(() => {
      assertLoopback(endpoint);
    }).toThrow(`the endpoint ${endpoint} is not on loopback`);
  });
});

describe("shellExports", () => {
  it("quotes values for the shell and unsets variables that select another account", () => {
    const text = shellExports({ A: "it's", B: "$HOME" });
    expect(text).toContain("export A='it'\\''s'\n");
    expect(text).toContain("export B='$HOME'\n");
    expect(text).toContain("unset HCLOUD_CONTEXT\n");
  });
});
