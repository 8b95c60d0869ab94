#!/bin/bash

exec python3 -u /opt/jitsi/jibri/jibri.py -Djava.util.logging.config.file=/etc/jitsi/jibri/logging.properties -Dconfig.file="/etc/jitsi/jibri/jibri.conf" --config "/etc/jitsi/jibri/config.json"
