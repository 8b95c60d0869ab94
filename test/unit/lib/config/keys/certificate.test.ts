import { parseSettings } from "../../../../../lib/config/settings";

const domain = "meet.example.org";
const aliases = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, index) => `a${index}.example.org`));

describe("the names of a certificate", () => {
  it("are at most 100, with the domain and the name of TURN", () => {
    expect(() => parseSettings({ domain, aliases: aliases(98) })).not.toThrow();
    expect(() => parseSettings({ domain, aliases: aliases(99) })).toThrow(
      /aliases has 99 names; with the domain and turn.meet.example.org, the certificate would have 101 names, but may have at most 100/,
    );
  });

  it("are at most 25 with a profile", () => {
    const acmeProfile = "shortlived";
    expect(() => parseSettings({ domain, acmeProfile, aliases: aliases(23) })).not.toThrow();
    expect(() => parseSettings({ domain, acmeProfile, aliases: aliases(24) })).toThrow(
      /may have at most 25/,
    );
  });

  it("are not counted for a certificate that nobody issues", () => {
    const tls = "self-signed";
    expect(() => parseSettings({ domain, tls, aliases: aliases(200) })).not.toThrow();
  });
});

describe("a profile", () => {
  it("is refused with the image debian-12, whose certbot knows none", () => {
    expect(() => parseSettings({ domain, acmeProfile: "tlsserver", image: "debian-12" })).toThrow(
      /acmeProfile is "tlsserver", but the image debian-12 has certbot 2/,
    );
  });
});

describe("aliases", () => {
  it("are taken as a list, and as one text", () => {
    const both = ["talk.example.org,video.example.org", '["talk.example.org","video.example.org"]'];
    for (const text of both) {
      expect(parseSettings({ domain, aliases: text }).aliases).toEqual([
        "talk.example.org",
        "video.example.org",
      ]);
    }
  });

  it("can be the zone itself", () => {
    const settings = { domain, dnsZone: "example.org", aliases: "example.org" };
    expect(parseSettings(settings).aliases).toEqual(["example.org"]);
  });

  it("are refused one by one, and the command keeps the others", () => {
    expect(() => parseSettings({ domain, aliases: `talk.example.org,turn.${domain}` })).toThrow(
      /aliases has turn.meet.example.org, which is the name of the TURN server:\n +pulumi config set aliases '\["talk.example.org"\]'/,
    );
  });
});
