import { bridgeSettings } from "../../../remote/bridgeSettings";
import * as renderer from "../../../remote/render";

let mockChange = (text: string): string => text;
jest.mock("../../../remote/render", () => {
  const actual = jest.requireActual<typeof renderer>("../../../remote/render");
  return {
    ...actual,
    render: (...of: Parameters<typeof actual.render>) => mockChange(actual.render(...of)),
  };
});

const args = {
  nickname: "jvb-7",
  domain: "meet.example.org",
  username: "jvb",
  jvbSecret: "s3cret",
  webPrivateIp: "10.80.0.2",
  xmppCertificate: "PEM",
  settings: { bridgeHeapMb: 3072 },
  version: "2.3-312",
};
const hashOf = (change: Partial<typeof args> = {}) =>
  bridgeSettings({ ...args, ...change }).SETTINGS_HASH;

describe("SETTINGS_HASH", () => {
  it.each<Partial<typeof args>>([
    { nickname: "jvb-8" },
    { username: "jvb-2" },
    { jvbSecret: "other" },
    { webPrivateIp: "10.80.0.3" },
    { xmppCertificate: "OTHER" },
    { settings: { bridgeHeapMb: 2000 } },
    { version: "2.3-313" },
  ])("differs with %j", (change) => {
    expect(hashOf(change)).not.toBe(hashOf());
  });

  describe("with a template that has changed", () => {
    afterEach(() => {
      mockChange = (text) => text;
    });

    it("is the same where only comments and blank lines have", () => {
      const before = hashOf();
      mockChange = (text) =>
        text.replaceAll(/^\s*#.*$/gm, "").replaceAll(/^/gm, "  # another comment\n\n");
      expect(bridgeSettings(args).JVB_CONF).toContain("# another comment");
      expect(hashOf()).toBe(before);
    });

    it.each([
      ["5223", "port=5223\n"],
      ["a setting less", ""],
    ])("differs where a setting has: %s", (_, line) => {
      const before = hashOf();
      mockChange = (text) => text.replace(/^.*(HOSTNAME|udp\.port).*\n/m, line);
      expect(hashOf()).not.toBe(before);
    });
  });
});

it("lets a bridge that shuts down publish that twice before it ends: jicofo moves its participants then", () => {
  // The bridge sends presence every 5 s, and jvb.conf sets no other interval.
  const { JVB_CONF } = bridgeSettings(args);
  expect(JVB_CONF).not.toMatch(/presence-interval|stats\.interval/);
  const delay = /shutting-down-delay = (\d+) seconds/.exec(JVB_CONF)?.[1];
  expect(Number(delay)).toBeGreaterThan(2 * 5);
});

describe("FORMER_HASH", () => {
  // As the program printed them that hashed comments too.
  const former = {
    own: "19264b11dd36c850e34f7ea78d1c60042dad330c5ac0ff00d0d311e4f61a1b08",
    local: "365cc498eee4f6d591500616d03a6956edd49ad4b831d84644e1dbe4575dfcb6",
  };

  it("is what the program before had on a bridge with the same settings", () => {
    expect(bridgeSettings(args).FORMER_HASH).toBe(former.own);
    const local = {
      nickname: "jvb-local-7",
      restHost: "127.0.0.1",
      settings: { bridgeHeapMb: 1024 },
    };
    expect(bridgeSettings({ ...args, ...local }).FORMER_HASH).toBe(former.local);
  });

  it("is another with other settings: they need their restart", () => {
    expect(bridgeSettings({ ...args, settings: { bridgeHeapMb: 2000 } }).FORMER_HASH).not.toBe(
      former.own,
    );
  });
});
