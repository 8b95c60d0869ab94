import { gunzipSync } from "node:zlib";
import { packText, unpackText } from "../../../lib/packedText";

const text = "apt-get update\n".repeat(50);

describe("a packed text", () => {
  it("is the same on each machine and in each version of Node.js", () => {
    expect(packText(text)).toBe("H4sIAAAAAAACA0ssKNFNTy1RKC1ISSxJ5RrljnKHMRcAF0tlTu4CAAA=");
  });

  it("is gzip, which hosts can read", () => {
    expect(gunzipSync(Buffer.from(packText(text), "base64")).toString()).toBe(text);
  });

  it.each(["", "ü \u{1f3a5}\n", text])("is read as it was: %j", (original) => {
    expect(unpackText(packText(original))).toBe(original);
  });

  it("is refused if it is none", () => {
    expect(() => unpackText("H4sIdoesNotUnpack")).toThrow();
  });
});
