/** Why a case holds for stand-ins only. */
const people = "it needs simulated participants";
const media = "it is about stand-ins, which carry no media";
const library = "it needs a stand-in for the client library";
const recorder = "containers have no sound, without which jibri records nothing";
const faults = "it needs a fault that the stand-in has on demand";
const golden = "golden images have the dependencies of stand-ins";
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
    "restarts a bridge that stays outside of jicofo's room, and no participant is on it": faults,
    "restarts a jicofo that stays outside of the bridges' room, which the verb `jicofo` names":
      faults,
    "gives participants with media its client library, by its names and certificate": library,
    "has no media to have with stand-ins, and names how many participants fit": media,
  },
  "localBridge.test.ts": {
    "is one server that serves meetings": people,
    "moves people to its first bridge host, and has no bridge of its own any more": people,
    "takes them back to the web host before the bridge host goes": people,
    "changes the version of its bridge with that of the web host, once it is empty": versions,
    "asks for the reboot into a kernel with sound, and does not reboot the web host itself":
      recorder,
    "records on its one host after the reboot": recorder,
    "ends its recorder after the recording, and keeps the files and the meeting": recorder,
    "has nothing of the recorder but its files afterwards": recorder,
    "can have its recorder again, without a reboot, and without it once more": recorder,
  },
  "nodes.test.ts": {
    "an up fails with the reason for each of them, and all are as they were": people,
    "can be taken back, and leaves a half-installed machine as it was found; the other one joins, and nothing else is touched":
      people,
    "shuts SSH out if the machine's port is another one than the settings say": people,
    "lets participants in": people,
    "shows SSH and media to the outside, and nothing else, over both address families": people,
    "is there again after the machine's own filter was loaded anew, which empties all tables":
      people,
    "lets the web host's forward in again after a restart of sshd": people,
    "goes away by itself, and SSH is open again": people,
    "a machine with another host key than declared fails in the same up, and is as it was": people,
    "is there after reboots of the machine and of the web host, and so is the forward": people,
    "joins with the next up but one: it boots a kernel with sound, and no service of another host restarts":
      people,
    "shows SSH to the outside, and nothing else, over both address families": people,
    "reaches prosody of the web host, which the rest of the world does not": people,
    "has its secrets only where docs/security.md says, and so has the bridge": people,
    "records, its file is whole at its target, and status shows it": people,
    "is named by status when it is cut off, and a bridge too": people,
    "leaves after its recording, with the file at its target; a removal that is killed is completed by the next up":
      people,
    "leaves the machine as it was found, but for the kernel that runs, with all that it showed to the outside":
      people,
    "makes the up fail that removes it, in some minutes and with the command to go on": people,
    "is forgotten after the command that the error names; the others leave without a cut": people,
    "has left its machine as it was found, with all that it showed to the outside": people,
    "leaves nothing on the web host: no forward, no open port": people,
  },
  "recorders.test.ts": {
    "has no recorder and no buttons at first": recorder,
    "has no package from its golden image that it would not have installed": golden,
    "gets two recorders, and nothing else is touched": recorder,
    "is reached by SSH only, from outside": recorder,
    "has its secrets on recorders only where docs/security.md says": recorder,
    "keeps a recording while the target is down, and uploads it whole": recorder,
    "keeps a recording while the target is credentials, and uploads it whole": recorder,
    "keeps a recording while the target is full, and uploads it whole": recorder,
    "loses no file of a recorder that is killed while it records": recorder,
    "uploads to a storage box too, which runs no command for checksums": recorder,
    "removes a recorder after its recording, and a bridge without waiting for it": recorder,
    "removes the last recorder and the buttons": recorder,
    "records on another recorder while a disk is full, and the recorder comes back by itself":
      recorder,
    "deletes local recordings when they are older than recordingRetentionDays, by itself": recorder,
    "keeps the last recorder while a recording is only there": recorder,
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
    "have no package from their golden image that they would not have installed, nor has their web host":
      golden,
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
