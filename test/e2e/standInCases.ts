/** Why a case holds for stand-ins only. */
const people = "it needs simulated participants";
const media = "it is about stand-ins, which carry no media";
const library = "it needs a stand-in for the client library";
const versions = "it needs the versions of the stand-ins";

/**
 * All test cases that hold for stand-ins only, by file and title. With Jitsi's own packages they are
 * skipped, and each is printed.
 */
export const standInCases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "bridgeFaults.test.ts": {
    "is left by its participants, whom it carries by its public address, before it goes": people,
  },
  "cluster.test.ts": {
    "runs every step of the web host and of a bridge again, and no participant notices": people,
    "is as declared, in all that `npm run status` asks": people,
    "is not as declared while a bridge is stopped, whose people are invited to the other": people,
    "goes off and on again by the setting, and cuts no relay and no meeting": people,
    "gives participants with media its client library, by its names and certificate": library,
    "has no media to have with stand-ins, and names how many participants fit": media,
  },
  "localBridge.test.ts": {
    "is one server that serves meetings": people,
    "moves people to its first bridge host, and has no bridge of its own any more": people,
    "takes them back to the web host before the bridge host goes": people,
    "changes the version of its bridge with that of the web host, once it is empty": versions,
  },
  "recorders.test.ts": {
    "has no recorder and no buttons at first": people,
    "gets two recorders, and nothing else is touched": people,
    "is reached by SSH only, from outside": people,
    "has its secrets on recorders only where docs/security.md says": people,
    "keeps a recording while the target is down, and uploads it whole": people,
    "keeps a recording while the target is credentials, and uploads it whole": people,
    "keeps a recording while the target is full, and uploads it whole": people,
    "loses no file of a recorder that is killed while it records": people,
    "uploads to a storage box too, which runs no command for checksums": people,
    "removes a recorder after its recording, and a bridge without waiting for it": people,
    "removes the last recorder and the buttons": people,
  },
  "releases.test.ts": {
    "has a certificate and a TURN server, and a renewal cuts no relay and no participant": people,
    "refuses a version of Jitsi that needs prosody 13, and changes nothing": versions,
    "gets a bridge with Debian 13 beside it; the preview names the hosts that keep Debian 12":
      people,
    "refuses on a host with Debian 13 a version that needs Java 17": people,
    "rolls its bridge to Debian 13 without a cut: the one with Debian 12 is drained": people,
  },
  "scale.test.ts": {
    "takes people off a bridge whose program was killed and is back at once": people,
    "takes people off a bridge that is back after a crash which closed no connection": people,
    "grows from 2 to 4 with nobody noticing: no session on the old bridges, no restart": people,
    "lets a frozen bridge go without hanging, and cuts nobody who is elsewhere": people,
    "shrinks to 2 without a cut: people are moved to the bridges that stay": people,
    "gives up loudly when people cannot be moved, with the bridge in service and nobody cut":
      people,
    "waits for a drain at Ctrl-C; the command that the drain names ends it, and no participant is cut":
      people,
    "leaves no lock after a second Ctrl-C in a drain, and comes back when it is set back": people,
    "removes nothing while jicofo is down": people,
    "cuts people off with forceDrain alone, and says how many": people,
    "has one server for a bridge whose creation was killed": people,
  },
  "turn.test.ts": {
    "take another heap one by one, with nobody cut off": people,
    "change to another account one by one, and only then the old one goes": people,
    "are replaced one by one, each by a new server that works before the old one is emptied":
      people,
    "are left alone where they are as new ones would be": people,
  },
  "versions.test.ts": {
    "has the newest version of Jitsi, on all hosts the same": versions,
    "changes its version on purpose, web host and bridge, and the time zone without a restart":
      versions,
    "gives a bridge that comes later the version of the web host, not the newest": versions,
  },
};
