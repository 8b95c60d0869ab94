import fc from "fast-check";
import { shQuote } from "../../../remote/quote";
import { bash } from "./bash";

describe("shQuote", () => {
  it.each(["", "plain", "it's", "a\nb\n", '$(touch /x) `id` \\ "!*', "ä€😀", "-n"])(
    "makes a word that the shell reads as the very same text: %j",
    (text) => {
      expect(bash(`printf '%s' ${shQuote(text)}`)).toEqual({ status: 0, stdout: text, stderr: "" });
    },
  );

  it("holds for any text", () => {
    const texts = fc.sample(fc.string({ unit: "grapheme" }), 200).filter((t) => !t.includes("\0"));
    const script = texts.map((text) => `printf '%s\\0' ${shQuote(text)}`).join("\n");
    expect(bash(script).stdout.split("\0").slice(0, -1)).toEqual(texts);
  });

  it("refuses a NUL character", () => {
    expect(() => shQuote("a\0b")).toThrow("NUL character");
  });
});
