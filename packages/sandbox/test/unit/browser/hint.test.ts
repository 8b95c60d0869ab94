import { browserHint } from "../../../src/browser/hint";

const demo = {
  domain: "meet.example.test",
  webAddress: "198.18.0.16",
  routes: "198.18.0.0/21",
  authority: "/root/.cache/jitsi-hetzner/authority/ca.pem",
};

describe("how to look at the demo", () => {
  it("is a browser, or one's own, where there is a display", () => {
    expect(browserHint({ ...demo, display: { usable: true } })).toMatchInlineSnapshot(`
      "In a browser with a profile of its own, which knows the names and the certificate authority:
        npm run -s sandbox -- browser
        npm run -s sandbox -- browser board --fake-media   in a room, with a camera that makes a picture
      In your own browser on this machine:
        names       add this line to /etc/hosts: 198.18.0.16 meet.example.test
        routes      this machine has them: 198.18.0.0/21
        authority   import /root/.cache/jitsi-hetzner/authority/ca.pem in the settings of the browser
        page        https://meet.example.test/"
    `);
  });

  it("is only a picture without a display, and says why", () => {
    const why = "this machine has no display (DISPLAY is not set)";
    expect(browserHint({ ...demo, display: { usable: false, why } })).toMatchInlineSnapshot(`
      "Only a picture of the page is possible here, because this machine has no display (DISPLAY is not set):
        npm run -s sandbox -- browser --screenshot meet.png
      A browser on another machine does not reach the demo: only the sandbox's name server knows .test
      names, and the media are UDP, which an SSH tunnel does not carry."
    `);
  });
});
