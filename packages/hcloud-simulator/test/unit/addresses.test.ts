import fc from "fast-check";

import {
  contains,
  formatRange4,
  fromNumber,
  hostAddress6,
  inPrefix64,
  isCidr,
  nextFree,
  overlap,
  parseRange4,
  reverseName,
  subnet64,
  toNumber,
} from "../../src/addresses";

function range(cidr: string) {
  const parsed = parseRange4(cidr);
  if (!parsed) throw new Error(`${cidr} is not a range`);
  return parsed;
}

describe("IPv4 ranges", () => {
  it("are converted to numbers and back", () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(fromNumber(toNumber(ip))).toBe(ip);
      }),
    );
    expect(formatRange4(range("10.0.0.0/16"))).toBe("10.0.0.0/16");
    expect(range("255.255.255.0/24").last).toBe(2 ** 32 - 1);
  });

  it.each(["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0/24", "::/0", "x/8", "10.0.0.0/-1"])(
    "refuse %s",
    (text) => {
      expect(parseRange4(text)).toBeUndefined();
    },
  );

  it("contain and overlap each other", () => {
    expect(contains(range("10.0.0.0/8"), range("10.1.0.0/16"))).toBe(true);
    expect(contains(range("10.1.0.0/16"), range("10.0.0.0/8"))).toBe(false);
    expect(overlap(range("10.0.0.0/24"), range("10.0.1.0/24"))).toBe(false);
    expect(overlap(range("10.0.0.0/23"), range("10.0.1.0/24"))).toBe(true);
  });
});

describe("isCidr", () => {
  it.each(["0.0.0.0/0", "::/0", "198.18.0.1/32", "fd00::/8", "2001:DB8::/32"])(
    "takes %s",
    (text) => {
      expect(isCidr(text)).toBe(true);
    },
  );
  it.each(["10.0.0.1/8", "fd00::1/64", "10.0.0.0", "::/129", "::/", "a/b/c", "::1/0x0"])(
    "refuses %s",
    (text) => {
      expect(isCidr(text)).toBe(false);
    },
  );
});

describe("nextFree", () => {
  const small = { first: 10, last: 13 };

  it("searches from the cursor to the end, then from the start", () => {
    expect(nextFree(small, 10, new Set())).toBe(10);
    expect(nextFree(small, 12, new Set([12]))).toBe(13);
    expect(nextFree(small, 14, new Set([13]))).toBe(10);
    expect(nextFree(small, 13, new Set([13, 10]))).toBe(11);
  });

  it("finds nothing when all are in use", () => {
    expect(nextFree(small, 10, new Set([10, 11, 12, 13]))).toBeUndefined();
  });
});

describe("IPv6 prefixes", () => {
  it("are numbered within the range", () => {
    expect(subnet64("fd5a:6a68:1f::/48", 16)).toBe("fd5a:6a68:1f:10::/64");
    expect(subnet64("fd5a:6a68::/48", 0xffff)).toBe("fd5a:6a68:0:ffff::/64");
    expect(hostAddress6("fd5a:6a68:1f:10::/64")).toBe("fd5a:6a68:1f:10::1");
  });

  it("contain only their own addresses", () => {
    expect(inPrefix64("fd5a:6a68:1f:10::5", "fd5a:6a68:1f:10::/64")).toBe(true);
    expect(inPrefix64("fd5a:6a68:1f:11::5", "fd5a:6a68:1f:10::/64")).toBe(false);
    expect(inPrefix64("10.0.0.1", "fd5a:6a68:1f:10::/64")).toBe(false);
  });
});

describe("reverseName", () => {
  it("reverses the parts of an address", () => {
    expect(reverseName("198.18.0.16")).toBe("16.0.18.198.in-addr.arpa");
    expect(reverseName("fd5a::1")).toBe(`1.${"0.".repeat(27)}a.5.d.f.ip6.arpa`);
  });
});
