# Whoever is to hang notes that it does, and every signal that it gets, and ends once the test has sent all of them. It holds
# `alive` for as long as it or anybody whom it has started lives.
hang() {
  exec 9>>"$HOME/alive"
  flock -s 9
  trap 'echo "INT $$ $1" >>"$HOME/signals"' INT
  trap 'echo "TERM $$ $1" >>"$HOME/signals"' TERM
  echo "$$ $1" >>"$HOME/reached"
  while [ ! -e "$HOME/told" ]; do sleep 0.05; done
  exit 1
}

# Where this is what the test wants to hang.
hangs() {
  if [ "$(cat "$HOME/hang")" = "$1" ]; then hang "$1"; fi
}
