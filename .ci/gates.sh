# Sourced by the scripts beside it.

# All of it has to be over after so many seconds; what can be left out is, when they are nearly gone.
export CI_STARTED=${CI_STARTED:-$(date +%s)}
readonly CI_SECONDS=1440
export CI_SKIPPED=${CI_SKIPPED:-$PWD/target/skipped}
# Tools go into the build directory, not into the home of whoever runs this.
export PATH="$PATH:$PWD/target/tools/bin"

left() {
    echo $((CI_STARTED + CI_SECONDS - $(date +%s)))
}

# gate COMMAND...: says what it runs, and fails if that fails.
gate() {
    printf '\n== %s\n' "$*"
    "$@"
}

# within SECONDS COMMAND...: as gate, and fails if it takes longer.
within() {
    printf '\n== %s\n' "${*:2}"
    local started=$SECONDS status=0
    timeout -k 10 "$1" "${@:2}" || status=$?
    if [ "$status" = 124 ]; then
        echo "${*:2}: not done after $1 s" >&2
    fi
    [ "$status" = 0 ] && echo "($((SECONDS - started)) s of $1)"
    return "$status"
}

# skip REASON...: a gate that cannot be run here. Told again at the end.
skip() {
    echo "skipped: $*"
    echo "$*" >>"$CI_SKIPPED"
}

# have TOOL SECONDS: whether the cargo subcommand is there or can be installed within the time.
have() {
    command -v "$1" >/dev/null && return
    if [ "$(left)" -lt $(($2 + 20)) ]; then
        echo "no time left to install $1" && return 1
    fi
    echo "installing $1"
    timeout -k 10 "$2" cargo install --quiet --locked --root target/tools "$1"
}

have_nightly() {
    cargo +nightly --version >/dev/null 2>&1
}
