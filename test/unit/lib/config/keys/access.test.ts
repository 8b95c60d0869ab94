import { parseSettings } from "../../../../../lib/config/settings";
import { ed25519, messageFor, valid } from "../support";

describe("sshAuthorizedKeys", () => {
  const messageForKeys = (...keys: string[]): string =>
    messageFor({ sshAuthorizedKeys: JSON.stringify(keys) });

  it("never shows a private key", () => {
    const message = messageForKeys("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n");
    expect(message).toContain("[0] is a private key (not shown)");
    expect(message).not.toContain("b3BlbnNz");
  });

  it.each([
    "hello",
    "ssh-ed25519",
    ed25519.slice(0, 50),
    ed25519.replace("ssh-ed25519", "ssh-rsa"),
    ed25519.replace("AAAAC3", "AAAAC4"),
    `${ed25519}\n${ed25519}`,
    `command="x" ${ed25519}`,
  ])("refuses %j", (key) => {
    expect(messageForKeys(ed25519, key)).toContain(
      `pulumi config set --path 'sshAuthorizedKeys[1]' "$(cat ~/.ssh/id_ed25519.pub)"`,
    );
  });

  it("refuses the same key twice", () => {
    expect(messageForKeys(ed25519, ed25519)).toContain("[1] is the same key as [0]");
  });

  it("takes one key, and one a line, as plain text", () => {
    const other = `${ed25519}2`;
    const parsed = parseSettings({ ...valid, sshAuthorizedKeys: `${ed25519}\n\n${other}\n` });
    expect(parsed.sshAuthorizedKeys).toEqual([ed25519, other]);
    expect(parseSettings({ ...valid, sshAuthorizedKeys: ed25519 }).sshAuthorizedKeys).toEqual([
      ed25519,
    ]);
  });

  it("shows no line of a private key that is given as plain text", () => {
    const sshAuthorizedKeys = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n";
    expect(messageFor({ sshAuthorizedKeys })).not.toContain("b3BlbnNz");
  });

  it.each(['"ssh-ed25519 AAAA"', "[1]", "{}"])(
    "refuses what is no list of texts: %s",
    (sshAuthorizedKeys) => {
      expect(messageFor({ sshAuthorizedKeys })).toContain(
        "sshAuthorizedKeys is not a list, but must be a list of public keys:\n      pulumi config rm sshAuthorizedKeys && ",
      );
    },
  );
});

describe("adminCidrs", () => {
  const messageForCidrs = (...cidrs: string[]): string =>
    messageFor({ adminCidrs: JSON.stringify(cidrs) });

  it.each([
    ["203.0.113.7", "but must be a range in CIDR notation", "203.0.113.7/32"],
    ["2001:db8::7", "but must be a range in CIDR notation", "2001:db8::7/128"],
    ["203.0.113.0/33", "but must be a range in CIDR notation", "203.0.113.0/24"],
    ["203.0.113/24", "but must be a range in CIDR notation", "203.0.113.0/24"],
    ["203.0.113.7/24", "is not the first address of its range", "203.0.113.0/24"],
    ["2001:db8::7/32", "is not the first address of its range", "2001:db8::/32"],
    ["office", "but must be a range in CIDR notation", "203.0.113.0/24"],
    ["0x10.0.0.0/8", "but must be a range in CIDR notation", "203.0.113.0/24"],
    ["::ffff:192.0.2.0/120", "is an IPv4 range; write it as IPv4", "::ffff:c000:200/120"],
  ])("refuses %s: %s", (cidr, reason, guess) => {
    const message = messageForCidrs("10.0.0.0/8", cidr);
    expect(message).toContain(`adminCidrs [1] is "${cidr}"`);
    expect(message).toContain(reason);
    expect(message).toContain(`\n      pulumi config set adminCidrs '["10.0.0.0/8","${guess}"]'`);
  });

  it.each([
    ["JSON", '["203.0.113.0/24", "2001:db8::/32"]'],
    ["text", "203.0.113.0/24, 2001:db8::/32"],
  ])("takes a list as %s", (_, adminCidrs) => {
    expect(parseSettings({ ...valid, adminCidrs }).adminCidrs).toEqual([
      "203.0.113.0/24",
      "2001:db8::/32",
    ]);
  });

  it("sets all ranges right with one command", () => {
    const fix = `pulumi config set adminCidrs '["203.0.113.7/32","10.0.0.0/8","2001:db8::/32"]'`;
    const message = messageForCidrs("203.0.113.7", "10.0.0.0/8", "2001:db8::1/32");
    expect(message.split(fix)).toHaveLength(3);
  });

  it("accepts every address if the operator sets it", () => {
    expect(parseSettings({ ...valid, adminCidrs: '["0.0.0.0/0"]' }).adminCidrs).toEqual([
      "0.0.0.0/0",
    ]);
  });

  it("refuses a range twice, in two spellings too", () => {
    expect(messageForCidrs("2001:db8::/32", "2001:DB8:0::/32")).toContain(
      "adminCidrs [1] is the same range as [0]",
    );
  });

  it("refuses an empty list, and what is not a list", () => {
    expect(messageForCidrs()).toContain(
      "adminCidrs is empty, which would also lock out `pulumi up`",
    );
    expect(messageFor({ adminCidrs: "[10.0.0.0/8]" })).toContain("adminCidrs is not a list");
  });

  it("refuses more ranges than a firewall rule at Hetzner may have", () => {
    const many = Array.from({ length: 101 }, (_, index) => `10.0.${index}.0/24`);
    expect(messageForCidrs(...many)).toContain(
      "adminCidrs has 101 ranges, but at most 100 are allowed",
    );
  });
});
