#!/bin/bash
# Function that prints jibri.conf. Texts go through jq, so that no character of theirs ends a text of HOCON. Inputs: those of
# jibri/files.
: "${DOMAIN:?}" "${NICKNAME:?}" "${WEB_PRIVATE_IP:?}" "${CONTROL_USERNAME:?}" "${CONTROL_PASSWORD:?}" "${CALL_USERNAME:?}"
: "${CALL_PASSWORD:?}"

# hocon TEXT: as a text of JSON, which HOCON takes. Over stdin, because a text can be secret.
hocon() {
  printf '%s' "$1" | jq -Rs .
}

# The certificate of prosody is verified (trust-all-xmpp-certs) for the domain of the control login, so the host can be an
# address. usage-timeout 0: no recording ends by its length. Statistics stay on the host.
jibri_conf() {
  cat <<END
# Managed by pulumi: changes here are lost.
jibri {
  id = $(hocon "$NICKNAME")
  single-use-mode = false
  api {
    http {
      external-api-host = "127.0.0.1"
      external-api-port = 2222
      internal-api-host = "127.0.0.1"
      internal-api-port = 3333
    }
    xmpp {
      environments = [
        {
          name = $(hocon "$DOMAIN")
          xmpp-server-hosts = [ $(hocon "$WEB_PRIVATE_IP") ]
          xmpp-domain = $(hocon "$DOMAIN")
          control-login {
            domain = $(hocon "auth.$DOMAIN")
            port = 5222
            username = $(hocon "$CONTROL_USERNAME")
            password = $(hocon "$CONTROL_PASSWORD")
          }
          control-muc {
            domain = $(hocon "internal.auth.$DOMAIN")
            room-name = "JibriBrewery"
            nickname = $(hocon "$NICKNAME")
          }
          call-login {
            domain = $(hocon "recorder.$DOMAIN")
            username = $(hocon "$CALL_USERNAME")
            password = $(hocon "$CALL_PASSWORD")
          }
          strip-from-room-domain = "conference."
          usage-timeout = 0 minutes
          trust-all-xmpp-certs = false
        }
      ]
    }
  }
  recording {
    recordings-directory = "/srv/recordings/current"
    finalize-script = "/usr/local/bin/jitsi-hetzner-finalize"
  }
  streaming {
    rtmp-allow-list = [ ".*" ]
  }
  chrome {
    flags = [
      "--use-fake-ui-for-media-stream"
      "--start-maximized"
      "--kiosk"
      "--enabled"
      "--autoplay-policy=no-user-gesture-required"
    ]
  }
  stats {
    enable-stats-d = false
    prometheus.enabled = true
  }
}
END
}
