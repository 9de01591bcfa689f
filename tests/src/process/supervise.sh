# Runs "$@" for as long as the pipe on standard input is open: whoever holds the other end can die in any way, and the child
# goes with it. Ends as the child ends.
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r _ <&3; kill -KILL "$child"; } 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
