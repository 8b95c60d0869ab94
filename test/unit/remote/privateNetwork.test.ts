import { scriptFixtures } from "../../templates/fixtures";
import { bashInScript } from "./bash";

interface Host {
  /** The address of the private interface; none by default. */
  readonly address?: string;
  /** Of the interface. */
  readonly mtu?: number;
  /** Of the routes into the network; by default they have none of their own. */
  readonly routeMtu?: number;
  /** Bytes of the largest packet that arrives. */
  readonly carries?: number;
  /** What the system configures interfaces with. */
  readonly has?: "networkd" | "ifupdown" | "dhclient" | "nothing";
  /** Whether the first try to bring the interface up gives it its address. */
  readonly comesUp?: boolean;
}

/** A host with an interface enp7s0 beside eth0, played by functions. */
const world = ({
  address = "",
  mtu = 1450,
  routeMtu,
  carries = 1450,
  has = "nothing",
  comesUp,
}: Host) => `
  HOSTNAME=host
  given='${address}'
  wait_for() { shift 2; "$@" >/dev/null; }
  remember() { echo "noted $*"; }
  timeout() { shift; echo "ran \${!#}"; ${comesUp === true ? "given=10.80.1.5" : ":"}; }
  ip() {
    case "$*" in
      "-o -4 addr show"*eth0) echo '2: eth0    inet 192.0.2.1/32 scope global eth0' ;;
      "-o -4 addr show"*) [[ -z $given ]] || echo "3: enp7s0    inet $given/32 scope global enp7s0" ;;
      "-o route show default") echo 'default via 172.31.1.1 dev eth0 onlink' ;;
      "-o route get"*) echo '10.80.0.1 dev enp7s0 src 10.80.1.5 uid 0 \\    cache ${routeMtu === undefined ? "" : `mtu ${routeMtu} `}' ;;
      "-o link show"*) echo '3: enp7s0: <UP> mtu ${mtu} qdisc noqueue' ;;
    esac
  }
  bare_interface() { [[ -n $given ]] || printf enp7s0; }
  systemctl() { [[ "$*" == "is-active --quiet systemd-networkd" && ${has} == networkd ]]; }
  networkctl() { echo '3 enp7s0 ether degraded configuring'; }
  command() {
    case $2 in ping) ;; ifquery) [[ ${has} == ifupdown ]] ;; dhclient) [[ ${has} == dhclient ]] ;; *) false ;; esac
  }
  ifquery() { :; }
  ping() {
    while (($# > 1)); do [[ $1 != -s ]] || bytes=$2; shift; done
    ((bytes + 28 <= ${carries}))
  }
`;

const ready = (host: Host) =>
  bashInScript(
    "host/setup",
    { ...scriptFixtures["host/setup"], PRIVATE_IP: "10.80.1.5" },
    `${world(host)} expect_private_network; result fine`,
  );

describe("the private network, before anything else is done on a host", () => {
  it("is taken as it is where its address is there and large packets arrive", () => {
    const { status, stdout, stderr } = ready({ address: "10.80.1.5" });
    expect([status, stdout, stderr]).toEqual([0, "fine\n", "noted private-address 10.80.1.5\n"]);
  });

  it("is given a minute for its address, and 10 s once it was brought up", () => {
    const { stderr } = bashInScript(
      "host/setup",
      { ...scriptFixtures["host/setup"], PRIVATE_IP: "10.80.1.5" },
      `${world({ comesUp: true })} wait_for() { echo "waited $1 s"; shift 2; "$@" >/dev/null; }
       expect_private_address 10.80.1.5`,
    );
    expect(stderr.match(/waited \d+ s/g)).toEqual(["waited 60 s", "waited 10 s"]);
  });

  it("is brought up once where the address does not come", () => {
    const { status, stderr } = ready({ has: "networkd", comesUp: true });
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining(
        "running once: ip link set enp7s0 up && networkctl reconfigure enp7s0",
      ) as string,
    ]);
  });

  it.each([
    ["networkd", "networkctl reconfigure enp7s0"],
    ["ifupdown", "ifup --force enp7s0"],
    ["dhclient", "dhclient -1 enp7s0"],
  ] as const)("fails with the interface and the command of %s", (has, command) => {
    const { status, stderr } = ready({ has });
    expect(status).toBe(1);
    expect(stderr).toContain(
      "the interface enp7s0 of the private network has no address; 10.80.1.5 is expected",
    );
    expect(stderr).toContain(
      `on host: ip link set enp7s0 up && ${command}; ip addr show enp7s0 must show 10.80.1.5; then: pulumi up`,
    );
  });

  it("names large packets that vanish, and the MTU", () => {
    const { status, stderr } = ready({ address: "10.80.1.5", mtu: 1500 });
    expect(status).toBe(1);
    expect(stderr).toContain(
      "packets of 1500 bytes are lost between the interface enp7s0 and 10.80.0.1, but small packets arrive; its MTU is 1500, but the network carries at most 1450: ip link set enp7s0 mtu 1450",
    );
  });

  it("is taken as it is where the routes have the MTU of the network, and the interface has another", () => {
    const { status, stderr } = ready({ address: "10.80.1.5", mtu: 1500, routeMtu: 1450 });
    expect([status, stderr]).toEqual([0, "noted private-address 10.80.1.5\n"]);
  });

  it("names large packets that vanish, and the MTU of the routes", () => {
    const { status, stderr } = ready({ address: "10.80.1.5", routeMtu: 1450, carries: 1400 });
    expect(status).toBe(1);
    expect(stderr).toContain(
      "packets of 1450 bytes are lost between the interface enp7s0 and 10.80.0.1",
    );
  });

  it("says nothing of packets where the gateway answers no pings at all", () => {
    expect(ready({ address: "10.80.1.5", carries: 0 }).status).toBe(0);
  });
});

describe("a bridge that does not join", () => {
  const why = (host: Host): string =>
    bashInScript(
      "jvb/files",
      scriptFixtures["jvb/files"],
      `${world(host)}
       systemctl() { case $1 in show) echo 0 ;; is-active) [[ $3 == jitsi-videobridge2 ]] ;; esac; }
       property() { echo 10.80.0.2; }
       timeout() { return 1; }
       mkdir -p "$state_dir"; echo 10.80.1.5 >"$state_dir/private-address"
       result "$(why_not_joined 0)"; rm -r "$state_dir"`,
      { "/var/lib/jitsi-hetzner": `/tmp/jitsi-hetzner-test-${process.pid}` },
    ).stdout;

  it("is told that its interface has no address, before prosody is blamed", () => {
    expect(why({ has: "dhclient" })).toBe(
      "the interface enp7s0 of the private network has no address, 10.80.1.5 is expected: ip link set enp7s0 up && dhclient -1 enp7s0\n",
    );
  });

  it("is told that large packets vanish, before prosody is blamed", () => {
    expect(why({ address: "10.80.1.5", carries: 1_280 })).toBe(
      "packets of 1450 bytes are lost between the interface enp7s0 and 10.80.0.2, but small packets arrive\n",
    );
  });

  it("is told of port 5222 where its interface is as it should be", () => {
    expect(why({ address: "10.80.1.5" })).toBe(
      "this host cannot reach port 5222 of the web host (10.80.0.2), although it has its private address; is prosody running there?\n",
    );
  });
});
