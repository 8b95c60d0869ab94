// Stand-in of the sandbox: the values that the web application and this project's scripts read.
var subdomain = "<!--# echo var="subdomain" default="" -->";
var config = {
    hosts: {
        domain: 'jitsi-meet.example.com',
        muc: 'conference.' + subdomain + 'jitsi-meet.example.com',
    },
    bosh: 'https://jitsi-meet.example.com/http-bind',
    // websocket: 'wss://jitsi-meet.example.com/xmpp-websocket',
    testing: {},
    enableNoAudioDetection: true,
    enableNoisyMicDetection: true,
    channelLastN: -1,
    enableWelcomePage: true,
    p2p: {
        enabled: true,
        stunServers: [{ urls: 'stun:meet-jit-si-turnrelay.jitsi.net:443' }],
    },
    analytics: {},
    mouseMoveCallbackInterval: 1000,
    makeJsonParserHappy: 'even if last key had a trailing comma',
};
