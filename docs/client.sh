#!/bin/sh
# Every message exactly once, in order, whatever happens in between; needs curl.
#
#   client.sh say http://127.0.0.1:8888/r/ops 'deploy finished'
#   client.sh keep http://127.0.0.1:8888/r/ops ops.log

say() {  # say URL TEXT: sends it under one key until it is answered
  key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  while :; do
    answer=$(printf %s "$2" | curl -sS -w '\n%{http_code}' -H "Idempotency-Key: $key" \
      -H 'Content-Type: text/plain' --data-binary @- "$1")
    case ${answer##*[!0-9]} in  # the status, behind the id or the words
      20?) printf '%s\n' "${answer%%[!0-9]*}" && return ;;
      400 | 401 | 403 | 404 | 409 | 413) printf '%s\n' "$answer" >&2 && return 1 ;;
    esac
    sleep 1  # away, or busy: under the same key it is stored once
  done
}

keep() {  # keep URL FILE: a line for each message, its cursor and its JSON
  while :; do
    cursor=$(tail -n 1 "$2" 2>/dev/null | cut -d ' ' -f 1)
    curl -sSfN -H 'Accept: text/event-stream' -H "Last-Event-ID: ${cursor:-0}" "$1" |
      while IFS= read -r line; do
        case $line in
          'id: '*) id=${line#id: } ;;
          'event: '*) event=${line#event: } ;;
          'data: '*) data=${line#data: } ;;
          '') [ "$event" != message ] || printf '%s %s\n' "$id" "$data" >>"$2"
              [ "$event" != gap ] || printf 'missing: %s\n' "$data" >&2
              event= ;;  # only the empty line says that it is whole
        esac
      done
    sleep 1
  done
}

case ${1:-} in say | keep) "$@" ;; *) sed -n '2,5s/^# *//p' "$0" >&2 && exit 2 ;; esac
